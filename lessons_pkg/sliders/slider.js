for (const figure of document.querySelectorAll("figure.lesson-slider:not([data-ready])")) {
  const input = figure.querySelector("input");
  const [output, caption, details] = ["output", "figcaption", "details"].map((name) => figure.querySelector(name));
  const rows = figure.querySelectorAll("tbody tr");
  const show = (frame) => {
    for (const layer of figure.querySelectorAll("[data-frame]")) {
      layer.toggleAttribute("data-shown", layer.dataset.frame === String(frame));
    }
    const [value, words] = rows[frame].cells;
    output.textContent = value.textContent;
    input.setAttribute("aria-valuetext", value.textContent);
    if (caption.textContent !== words.textContent) caption.textContent = words.textContent;
  };
  input.addEventListener("input", () => show(Number(input.value)));
  let wasOpen;
  addEventListener("beforeprint", () => { wasOpen = details.open; show(Number(input.defaultValue)); details.open = true; });
  addEventListener("afterprint", () => { show(Number(input.value)); details.open = wasOpen; });
  figure.querySelector(".lesson-slider-control").hidden = false;
  figure.dataset.ready = "";
  show(Number(input.value));
}
