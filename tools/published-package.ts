/** What the manifests of a package have in common: the one in the repository and the one that is published. */
export interface SourceManifest {
  name: string
  version: string
  exports: Readonly<Record<string, string>>
  [member: string]: unknown
}

/** Name and source file of every entry, `index` for the main one. */
export function publishedEntries({ exports }: SourceManifest): [name: string, source: string][] {
  return Object.entries(exports).map(([path, source]) => [path === '.' ? 'index' : path.slice(2), source])
}

/** What each published package offers, in place of the sources that its manifest names here. */
const OFFERED: Readonly<Record<string, (source: SourceManifest) => Record<string, unknown>>> = {
  modei: (source) => ({
    main: './index.cjs',
    types: './index.d.cts',
    exports: {
      ...Object.fromEntries(publishedEntries(source).map(entryOfBoth)),
      './package.json': './package.json',
    },
    // What its `modei` command loads. Its engine is Node 24: on an older Node npm leaves it out.
    optionalDependencies: { '@modei/cli': source.version },
  }),
  '@modei/cli': () => ({
    types: './index.d.ts',
    exports: {
      '.': { types: './index.d.ts', default: './index.js' },
      './package.json': './package.json',
    },
  }),
  'modei-mcp': () => ({
    bin: { 'modei-mcp': 'modei-mcp.js' },
    exports: { './package.json': './package.json' },
    engines: { node: '>=20' },
  }),
}

function entryOfBoth([name]: [name: string, source: string]) {
  return [
    name === 'index' ? '.' : `./${name}`,
    {
      import: { types: `./${name}.d.ts`, default: `./${name}.js` },
      require: { types: `./${name}.d.cts`, default: `./${name}.cjs` },
    },
  ]
}

/**
 * The manifest that is published beside the built files. In the repository the exports name TypeScript sources, so
 * that nothing has to be built to work on it; here they name what was built. What a package imports is built in.
 */
export function publishedManifest(source: SourceManifest): Record<string, unknown> {
  const { private: _, scripts: __, dependencies: ___, devDependencies: ____, ...rest } = source
  const offered = OFFERED[source.name]
  if (offered === undefined) throw new Error(`${source.name} is not published`)
  return { ...rest, ...offered(source) }
}
