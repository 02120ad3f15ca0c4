/** Runs the command line of this process; its arguments are those after the name of the command. */
export declare function main(argv: readonly string[]): Promise<void>
