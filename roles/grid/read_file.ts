/**
 * Files that a grid manager's configuration names.
 *
 * @module
 */
import { ConfigError, type VariableBase } from "../../lib/config.ts";

/**
 * Reads a file.
 *
 * @param path Where it is.
 * @param parse Reads its text; throws `SyntaxError` where it cannot.
 * @param of The component, and the variable that names the file.
 * @throws {ConfigError} When it is not there, or is not what it should be.
 */
export async function readConfigured<T>(
  path: string,
  parse: (text: string) => T,
  { component, variable }: { readonly component: string; readonly variable: VariableBase },
): Promise<T> {
  try {
    return parse(await Deno.readTextFile(path));
  } catch (error) {
    const { NotFound, PermissionDenied } = Deno.errors;
    const isOfTheFile = [SyntaxError, NotFound, PermissionDenied].some((kind) =>
      error instanceof kind
    );
    if (!(error instanceof Error) || !isOfTheFile) throw error;
    throw new ConfigError(component, [{
      subject: variable.name,
      problem: `names a file that cannot be used: ${error.message}`,
      where: path,
      meaning: variable.meaning,
      example: `${variable.name} ${variable.example}`,
    }]);
  }
}
