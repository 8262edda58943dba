// Adds a "Copy" button beside each field that is there to be copied. Everything works without it.
(function () {
  "use strict";
  if (!navigator.clipboard) return;
  document.querySelectorAll("[data-copy]").forEach(function (field) {
    var button = document.createElement("button");
    var said = document.createElement("span");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy the " + field.dataset.copy);
    said.setAttribute("role", "status");
    said.className = "quiet";
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(field.value).then(
        function () { said.textContent = " Copied"; },
        function () { field.select(); said.textContent = " Press Ctrl and C to copy"; }
      );
    });
    field.insertAdjacentElement("afterend", said);
    field.insertAdjacentElement("afterend", button);
  });
})();
