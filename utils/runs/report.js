const [map, canvas, data, readout, ring, known] =
  ["map", "drawn", "data-picture", "readout", "ring", "known"].map(id => document.getElementById(id));
const {latents, axes, sheet: address, start} = JSON.parse(known.textContent);
const [columns, rows] = axes.map(axis => axis.length), context = canvas.getContext("2d"), sheet = new Image();
let [column, row] = start;

function moveTo(newColumn, newRow) {
  column = Math.min(columns - 1, Math.max(0, newColumn));
  row = Math.min(rows - 1, Math.max(0, newRow));
  ring.style.left = `${100 * column / (columns - 1)}%`;
  ring.style.top = `${100 * row / (rows - 1)}%`;
  const [width, height] = [sheet.width / columns, sheet.height / rows];
  context.imageSmoothingEnabled = false;
  context.globalAlpha = 1;
  context.drawImage(sheet, column * width, row * height, width, height, 0, 0, canvas.width, canvas.height);
  context.globalAlpha = 0.2;
  context.drawImage(data, 0, 0, canvas.width, canvas.height);
  const at = latents.map((latent, i) => `latent ${latent} = ${axes[i][i ? row : column]}`);
  readout.textContent = `At ${at.reverse().join(", ")}`;
}

map.onpointermove = map.onpointerdown = event => {
  const box = map.getBoundingClientRect();
  const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  moveTo(Math.round(x * (columns - 1)), Math.round(y * (rows - 1)));
};
map.onkeydown = event => {
  const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
  if (!step) return;
  event.preventDefault();
  moveTo(column + step[0], row + step[1]);
};
sheet.src = address;
Promise.all([sheet.decode(), data.decode()]).then(() => {
  document.querySelectorAll("[data-script]").forEach(element => element.hidden = false);
  moveTo(column, row);
});
