import { keep, kept } from "./files.mjs";
import { movingAverages } from "./indicators.mjs";

const prices = kept("prices.json").map(({ price }) => price);
const averages = { 3: movingAverages(prices, 3), 5: movingAverages(prices, 5) };
keep("averages.json", JSON.stringify(averages));
console.log(`${averages[3].length} averages of 3 days, ${averages[5].length} of 5`);
