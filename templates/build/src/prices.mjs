/** Rows of a CSV with the columns day and price. */
export function pricesOf(csv) {
  const [, ...lines] = csv.trim().split("\n");
  return lines.map((line) => {
    const [day, price] = line.split(",");
    return { day, price: Number(price) };
  });
}
