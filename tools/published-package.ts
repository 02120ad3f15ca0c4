/** What the manifests of the SDK have in common: the one in the repository and the one that is published. */
export interface SourceManifest {
  exports: Readonly<Record<string, string>>
  [member: string]: unknown
}

/** Name and source file of every entry, `index` for the main one. */
export function publishedEntries({ exports }: SourceManifest): [name: string, source: string][] {
  return Object.entries(exports).map(([path, source]) => [path === '.' ? 'index' : path.slice(2), source])
}

/**
 * The manifest that is published beside the built files. In the repository the exports name TypeScript sources, so
 * that nothing has to be built to work on it; here they name what was built, for `import` and for `require`.
 */
export function publishedManifest(source: SourceManifest): Record<string, unknown> {
  const { private: _, scripts: __, devDependencies: ___, exports, ...rest } = source
  const entries = publishedEntries(source).map(([name]) => [
    name === 'index' ? '.' : `./${name}`,
    {
      import: { types: `./${name}.d.ts`, default: `./${name}.js` },
      require: { types: `./${name}.d.cts`, default: `./${name}.cjs` },
    },
  ])
  return {
    ...rest,
    main: './index.cjs',
    types: './index.d.cts',
    exports: { ...Object.fromEntries(entries), './package.json': './package.json' },
  }
}
