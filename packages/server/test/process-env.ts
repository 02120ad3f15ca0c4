/**
 * The environment of a process that a test starts: none of this process's settings but where its programs are and
 * where compiled code is kept, and those given.
 */
export function processEnv(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env
  return { PATH, ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }), ...env }
}
