for (const figure of document.querySelectorAll("figure.lesson-slider-grid:not([data-ready])")) {
  const [inputs, outputs, rows, controls] = ["input", "output", "tbody tr", ".lesson-slider-control"].map((name) => [...figure.querySelectorAll(name)]);
  const [caption, details] = ["figcaption", "details"].map((name) => figure.querySelector(name));
  const layers = [...figure.querySelectorAll("[data-frame]")].map((layer) => [layer, layer.dataset.frame.split(" ")]);
  const show = (key) => {
    const frame = inputs.reduce((above, input) => above * (Number(input.max) + 1) + Number(input[key]), 0);
    for (const [layer, frames] of layers) layer.toggleAttribute("data-shown", frames.includes(String(frame)));
    const words = [...rows[frame].cells].map((cell) => cell.textContent);
    inputs.forEach((input, k) => {
      outputs[k].textContent = words[k];
      input.setAttribute("aria-valuetext", words[k]);
    });
    if (caption.textContent !== words.at(-1)) caption.textContent = words.at(-1);
  };
  for (const input of inputs) input.addEventListener("input", () => show("value"));
  let wasOpen;
  addEventListener("beforeprint", () => { wasOpen = details.open; show("defaultValue"); details.open = true; });
  addEventListener("afterprint", () => { show("value"); details.open = wasOpen; });
  for (const control of controls) control.hidden = false;
  figure.dataset.ready = "";
  show("value");
}
