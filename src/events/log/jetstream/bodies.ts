/** Records with their bodies, wherever these lie. */
import { ARCHIVED } from "../archived.ts";
import type { NewRecord, Recorded } from "../log.ts";
import type { Sealed, Sealer } from "../payload.ts";
import type { Append } from "./append.ts";
import type { Link } from "./link.ts";
import { toMessage, type Envelope } from "./message.ts";
import type { Payloads } from "./payloads.ts";

export interface Bodies {
  /**
   * Seals records at once, so that what the caller changes later does not count; `store`
   * then writes what lies apart, and must be done before they are appended.
   */
  seal(
    stream: string,
    records: readonly NewRecord[],
    expected: number,
  ): { readonly append: Append; store(): Promise<void> };
  /** @throws {@link TroupeError} `LOG_CORRUPT` where the body is missing or not what was sealed. */
  open(envelope: Envelope, data: Uint8Array): Promise<Recorded>;
}

export function bodies(link: Link, seals: Sealer, payloads: Payloads): Bodies {
  return {
    seal(stream, records, expected) {
      const apart: Sealed[] = [];
      const messages = records.map((record, i) => {
        const sealed = seals.seal(record.body, { stream });
        if (sealed.ref !== undefined) apart.push(sealed);
        const { mediaType } = seals;
        return toMessage(link, record, { stream, seq: expected + i + 1, sealed, mediaType });
      });
      return {
        append: {
          stream,
          expected,
          ids: records.map(({ id }) => id),
          messages,
          ends: records.at(-1)?.type === ARCHIVED,
        },
        async store() {
          for (const { ref, data } of apart) if (ref !== undefined) await payloads.put(ref, data);
        },
      };
    },
    async open({ ref, ...envelope }, data) {
      if (ref === undefined) return { ...envelope, body: seals.unseal(data, envelope) };
      return { ...envelope, body: seals.unseal(await payloads.get(ref), envelope, ref) };
    },
  };
}
