/** The JetStream engine against the log contract, on a real server. */
import { jetstreamFixture } from "../support/jetstream-fixture.ts";
import { logContract } from "./log.contract.ts";

logContract("a JetStream log of one partition", jetstreamFixture(1, 3));
logContract("a JetStream log of four partitions", jetstreamFixture(4, 5));
