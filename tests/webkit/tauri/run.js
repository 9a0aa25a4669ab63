// Runs cases one after the other: {name: 'works', what else the case answered, or what went wrong}.

export async function run(cases) {
  const told = {};
  for (const [name, act] of Object.entries(cases)) {
    try {
      told[name] = (await act()) ?? 'works';
    } catch (error) {
      told[name] = error instanceof Error ? `${error}\n${error.stack}` : String(error);
    }
  }
  return told;
}
