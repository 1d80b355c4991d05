"use strict";
(() => {
  const [map, canvas, sheet, data, readout, ring, here] =
    ["map", "drawn", "sheet", "data-picture", "readout", "ring", "here"].map(id => document.getElementById(id));
  const known = JSON.parse(document.getElementById("explorer-data").textContent), context = canvas.getContext("2d");
  const [rows, columns] = known.shape, [tileWidth, tileHeight] = known.tile;
  let [row, column] = known.start;

  function place(element, x, y) {
    element.hidden = false;
    Object.assign(element.style, {left: `${100 * x}%`, top: `${100 * y}%`});
  }

  function moveTo(newRow, newColumn) {
    row = Math.min(rows - 1, Math.max(0, newRow));
    column = Math.min(columns - 1, Math.max(0, newColumn));
    place(ring, column / (columns - 1), rows > 1 ? row / (rows - 1) : 0.5);
    place(here, column / columns, row / rows);
    context.imageSmoothingEnabled = false;
    context.globalAlpha = 1;
    context.drawImage(sheet, column * tileWidth, row * tileHeight, tileWidth, tileHeight, 0, 0, canvas.width, canvas.height);
    context.globalAlpha = 0.2;
    context.drawImage(data, 0, 0, canvas.width, canvas.height);
    const at = known.latents.map((latent, i) => `latent ${latent} = ${known.axes[i][i ? row : column]}`).reverse().join(", ");
    readout.textContent = `At ${at}: ${known.words[known.places[row][column]]}.`;
    canvas.setAttribute("aria-label", `${at}: what the decoder draws here`);
  }

  // Move to the position under the pointer: `round` takes its place in shares of the element to a number.
  function follow(event, round, height, width) {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    moveTo(round(y * height), round(x * width));
  }
  for (const kind of ["pointermove", "pointerdown"])
    map.addEventListener(kind, event => follow(event, Math.round, rows - 1, columns - 1));
  sheet.parentElement.addEventListener("click", event => follow(event, Math.floor, rows, columns));
  map.addEventListener("keydown", event => {
    const step = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key];
    if (!step) return;
    event.preventDefault();
    moveTo(row + step[0], column + step[1]);
  });
  Promise.all([sheet.decode(), data.decode()]).then(() => {
    document.querySelectorAll("[data-script]").forEach(element => element.hidden = false);
    moveTo(row, column);
  });
})();
