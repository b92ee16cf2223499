import { keep, kept } from "./files.mjs";
import { movingAverages } from "./indicators.mjs";

const prices = kept("prices.json");
// computed again: what was mended may have changed the numbers since
const averages = movingAverages(
  prices.map(({ price }) => price),
  3,
);
const rows = prices.map(({ day, price }, at) => {
  const mean = averages[at - 2];
  return `| ${day} | ${price.toFixed(1)} | ${mean === undefined ? "" : mean.toFixed(2)} |`;
});
const head = [
  "# Prices and their mean over three days",
  "",
  "| day | price | mean |",
  "| --- | --: | --: |",
];
keep("averages.md", `${[...head, ...rows].join("\n")}\n`);
console.log(`a report of ${rows.length} days`);
