/** The mean of each `size` values in a row, the first of them first. */
export function movingAverages(values, size) {
  const averages = [];
  for (let end = size; end < values.length; end++) {
    const window = values.slice(end - size, end);
    averages.push(sum(window) / size);
  }
  return averages;
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
