// Views of the page and tabs beside the form: one is seen at a time, and screen readers and keys are told.

/** A list of tabs as WAI-ARIA describes it: arrows move, Home and End jump. */
export function tabs(bar, onSelect) {
  const all = [...bar.querySelectorAll('[role="tab"]')];
  const select = (tab, focus) => {
    for (const other of all) {
      const mine = other === tab;
      other.setAttribute("aria-selected", String(mine));
      other.tabIndex = mine ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !mine;
    }
    if (focus) tab.focus();
    onSelect?.(tab.dataset.tab);
  };
  for (const [at, tab] of all.entries()) {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[key];
      if (to !== undefined) select(all[(to + all.length) % all.length], true);
    });
  }
  return {
    select: (name) => select(all.find((tab) => tab.dataset.tab === name)),
    get selected() {
      return all.find((tab) => tab.getAttribute("aria-selected") === "true").dataset.tab;
    },
  };
}

/** The views of the whole page, kept in the address. `opened[name]` is called each time one is opened. */
export function views(state, opened) {
  const buttons = [...document.querySelectorAll("[data-view]")];
  const show = () => {
    const names = buttons.map((button) => button.dataset.view);
    const view = names.includes(state.view) ? state.view : names[0];
    for (const button of buttons) {
      const mine = button.dataset.view === view;
      if (mine) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
      document.getElementById(`view-${button.dataset.view}`).hidden = !mine;
    }
    opened[view]?.();
  };
  for (const button of buttons) button.addEventListener("click", () => state.setView(button.dataset.view));
  state.addEventListener("view", show);
  show();
}
