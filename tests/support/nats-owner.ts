/** A process that owns a log until it is killed: `node nats-owner.ts URL OWNER LEASE_MS`. */
import { jetstreamLog } from "../../src/events/log/jetstream.ts";

const [url = "", owner = "", leaseMs = "1000"] = process.argv.slice(2);
const log = await jetstreamLog({ url, leaseMs: Number(leaseMs) });
const { epoch } = await log.claim({ owner });
process.stdout.write(`owns ${epoch}\n`);
