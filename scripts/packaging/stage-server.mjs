// Lays out the server bundle: Node, the application with its packages and native parts, a starter and the notices.
import { chmodSync, constants, copyFileSync, cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { listPackedFiles } from './packed-files.mjs'
import { collectNotices } from './write-notices.mjs'

const TENSORFLOW = 'node_modules/@tensorflow/tfjs-node-gpu'

/**
 * @param {{ root: string, folder: string, natives: string, node: string, platform?: string, arch?: string }} options
 *   `folder` is filled; `natives` comes from makeNatives; `node` is a file
 */
export function stageServer({ root, folder, natives, node, platform = process.platform, arch = process.arch }) {
  const app = join(folder, 'app')
  const files = listPackedFiles(root, { platform, arch }, { window: false })
  for (const file of files) copy(join(root, file), join(app, file))
  for (const part of ['lib', 'tensorflow']) cpSync(join(natives, part), join(app, TENSORFLOW, part), copying)
  copy(
    join(natives, 'better_sqlite3.node'),
    join(app, `node_modules/better-sqlite3/prebuilds/${platform}-${arch}.node`),
  )
  copy(node, join(folder, 'bin/node'))
  chmodSync(join(folder, 'bin/node'), 0o755)
  copy(join(root, 'resources/package/organ-mosaic.sh'), join(folder, 'organ-mosaic'))
  chmodSync(join(folder, 'organ-mosaic'), 0o755)
  copy(join(root, 'resources/package/README.txt'), join(folder, 'README.txt'))
  copy(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  // Messages and help name its pages.
  for (const page of globSync('docs/**/*.md', { cwd: root })) copy(join(root, page), join(folder, page))
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), collectNotices(root, { files, natives, node: true }))
}

const copying = { recursive: true, mode: constants.COPYFILE_FICLONE }

/** @param {string} from @param {string} to */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to, constants.COPYFILE_FICLONE)
}
