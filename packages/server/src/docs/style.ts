/** The one style sheet of the documentation. No font, picture or script comes from anywhere else. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1a1c20; --paper: #ffffff; --soft: #f3f4f6; --line: #d5d8dd; --link: #0b57d0; --quiet: #555b65; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7e9ed; --paper: #15171b; --soft: #1f2228; --line: #3a3f48; --link: #8ab4f8; --quiet: #a9b0bb; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); display: grid; grid-template-columns: minmax(15rem, 19rem) minmax(0, 1fr); }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem 1rem; z-index: 1; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem; background: var(--soft); border-right: 1px solid var(--line); }
nav ul { list-style: none; margin: .25rem 0 .75rem; padding: 0; }
nav li { margin: .15rem 0; overflow-wrap: anywhere; font-size: .875rem; }
nav summary { font-weight: 600; cursor: pointer; padding: .15rem 0; }
main { padding: 2rem clamp(1rem, 4vw, 3rem) 6rem; max-width: 70rem; min-width: 0; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { margin-top: 2.5rem; font-size: 1.05rem; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: .875em; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .9rem; display: block; overflow-x: auto; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); }
thead th { color: var(--quiet); font-weight: 500; border-top: 0; }
tbody th { font-weight: 400; white-space: nowrap; }
.method { display: inline-block; min-width: 4.2rem; text-align: center; border: 1px solid var(--line); border-radius: 4px; padding: 0 .4rem; font-size: .8rem; background: var(--soft); }
.need { color: var(--quiet); font-size: .8rem; }
.errors { color: var(--quiet); font-size: .9rem; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; } }
@media print { nav { display: none; } body { display: block; } }
`
