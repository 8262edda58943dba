// Short addresses from forms, and a "Copy" button beside each field that is there to be copied. Everything works
// without it. The words are the page's: it knows its language.
(function () {
  "use strict";
  // What was left empty need not stand in an address that people pass on.
  document.querySelectorAll("form[method=get]").forEach(function (form) {
    form.addEventListener("formdata", function (event) {
      var data = event.formData;
      var filled = Array.from(data.entries()).filter(function (pair) { return pair[1]; });
      new Set(data.keys()).forEach(function (name) { data.delete(name); });
      filled.forEach(function (pair) { data.append(pair[0], pair[1]); });
    });
  });
  if (!navigator.clipboard) return;
  var words = document.body.dataset;
  document.querySelectorAll("main [data-copy]").forEach(function (field) {
    var button = document.createElement("button");
    var said = document.createElement("span");
    button.type = "button";
    button.className = "copy";
    button.textContent = words.copy;
    button.setAttribute("aria-label", field.dataset.copy);
    said.setAttribute("role", "status");
    said.className = "quiet";
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(field.value).then(
        function () { said.textContent = " " + words.copied; },
        function () { field.select(); said.textContent = " " + words.press; }
      );
    });
    field.insertAdjacentElement("afterend", said);
    field.insertAdjacentElement("afterend", button);
  });
})();
