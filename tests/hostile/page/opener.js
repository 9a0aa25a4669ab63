// What a page tries to have opened: CALLS, each by a name, as [command, arguments].
attacks.calls = async () => {
  const seen = {};
  for (const [name, [command, args]] of Object.entries(CALLS)) seen[name] = await code(command, args);
  return summary(seen, WANTED);
};

// The same call again and again, while somebody else changes what its path leads to.
attacks.again = async () => {
  const [command, args] = Object.values(CALLS)[0];
  for (let i = 0; i < 60; i++) await call(command, args);
  return "done";
};
