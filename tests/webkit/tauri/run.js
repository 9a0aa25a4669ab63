// Runs cases one after the other: {name: 'ok' or what went wrong}.

export async function run(cases) {
  const told = {};
  for (const [name, act] of Object.entries(cases)) {
    try {
      await act();
      told[name] = 'ok';
    } catch (error) {
      told[name] = error instanceof Error ? `${error}\n${error.stack}` : String(error);
    }
  }
  return told;
}
