// The page's own script: theme default, citations by click or key, clean copies, labels for icon buttons.
(() => {
  const CITATION = 'a[href^="#cite-"]';
  const THEME = "vite-ui-theme";
  if (!localStorage.getItem(THEME)) localStorage.setItem(THEME, "system");

  let opener = null;

  const open = (link) => {
    const found = /^#cite-([0-9a-f-]{36})-(\d+)$/.exec(link.getAttribute("href"));
    if (!found) return;
    opener = link;
    window.postMessage({ type: "open-citation", message: found[1], n: Number(found[2]) }, window.location.origin);
  };

  document.addEventListener(
    "click",
    (event) => {
      const link = event.target instanceof Element && event.target.closest(CITATION);
      if (!link) return;
      event.preventDefault();
      event.stopPropagation();
      open(link);
    },
    true
  );

  document.addEventListener("keydown", (event) => {
    const link = event.target instanceof Element && event.target.closest(CITATION);
    if (link && event.key === " ") {
      event.preventDefault();
      open(link);
    }
    if (event.key === "Escape") {
      const close = document.querySelector("aside #side-view-title button");
      if (close) {
        close.click();
        if (opener && opener.isConnected) opener.focus();
      }
    }
  });

  // Chainlit copies an answer's Markdown; without this the copy would hold link targets and escapes
  const words = (text) =>
    text
      .replace(/\[\\\[(\d+)\\\]\]\(#cite-[^)\n]*\)/g, "[$1]")
      .replace(/\\([!-/:-@[-`{-~])/g, "$1");
  const clean = (text) =>
    text
      .split(/(```[\s\S]*?```|`[^`\n]*`)/)
      .map((part, i) => (i % 2 ? part : words(part)))
      .join("");
  if (navigator.clipboard && navigator.clipboard.write) {
    const write = navigator.clipboard.write.bind(navigator.clipboard);
    navigator.clipboard.write = async (items) => {
      const cleaned = await Promise.all(
        items.map(async (item) => {
          if (!item.types.includes("text/plain")) return item;
          const text = await (await item.getType("text/plain")).text();
          return new ClipboardItem({ "text/plain": new Blob([clean(text)], { type: "text/plain" }) });
        })
      );
      return write(cleaned);
    };
  }

  const label = () => {
    for (const link of document.querySelectorAll(`${CITATION}:not([aria-label])`)) {
      const n = link.textContent.replace(/\D/g, "");
      link.setAttribute("role", "button");
      link.setAttribute("aria-label", `Source ${n}: ${link.title}`);
      link.removeAttribute("target");
    }
    const close = document.querySelector("aside #side-view-title button:not([aria-label])");
    if (close) close.setAttribute("aria-label", "Close the passage");
    for (const logo of document.querySelectorAll("#welcome-screen img:not([alt])")) logo.alt = "";
  };
  new MutationObserver(label).observe(document.documentElement, { childList: true, subtree: true });
})();
