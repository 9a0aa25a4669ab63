// Leading the window away. It stays, or this script is never heard of again: then the row has failed.

async function stays(leave) {
  leave();
  await within(2500, new Promise(() => {}));
  return location.origin === "tauri://localhost" ? "stays" : location.origin;
}

const away = () => `${ELSEWHERE}/frame.html`;
attacks.assign = () => stays(() => (location.href = away()));
attacks.replace = () => stays(() => location.replace(away()));
attacks.link = () => stays(() => {
  const link = node("a", { href: away() });
  document.body.append(link);
  link.click();
});
attacks.form = () => stays(() => {
  const form = node("form", { action: away(), method: "post" });
  document.body.append(form);
  form.submit();
});
attacks.refresh = () => stays(() => document.head.append(node("meta", { "http-equiv": "refresh", content: `0;url=${away()}` })));
attacks.open = () => stays(() => window.open(away(), "_self"));
attacks.blob = () => stays(() => (location.href = URL.createObjectURL(new Blob([REPORT], { type: "text/html" }))));
attacks.otherHost = () => stays(() => (location.href = "tauri://elsewhere/index.html"));
