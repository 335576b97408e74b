// A plugin of vite: writes beside the built page which npm packages are in it. Their licences go along with the page.
import { writeFileSync } from 'node:fs'

/** @param {string} file @returns {import('vite').Plugin} */
export function listPackages(file) {
  return {
    name: 'list-packages',
    apply: 'build',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))
      const names = modules.flatMap((id) => packageOf(id) ?? [])
      writeFileSync(file, `${JSON.stringify([...new Set(names)].sort(), undefined, 2)}\n`)
    },
  }
}

/** @param {string} id path of a module @returns {string | undefined} such as node_modules/vue */
function packageOf(id) {
  const found = /(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll('\\', '/'))
  return found?.[1]
}
