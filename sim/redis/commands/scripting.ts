export function scriptingCommands(_t: unknown): [] {
  return [];
}
