// `npm run package:server`: dist/packages/organ-mosaic-VERSION-linux-x64.tar.xz, which runs where it is unpacked: on a
// server or cluster without npm, Python, a compiler or root. Made on the kind of machine it is for.
// usage: node scripts/package-server.mjs [--preset N] [--out DIR]     N: xz's, 9 unless given; 0 is quick and large
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ensurePage } from './open/ensure-page.mjs'
import { makeNatives, stripSymbols } from './packaging/make-natives.mjs'
import { requireOldMachines } from './packaging/read-elf.mjs'
import { stageServer } from './packaging/stage-server.mjs'
import { findNode } from './setup/find-node.mjs'
import { run } from './setup/run.mjs'
import { SetupError } from './setup/setup-error.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const MOST_MB = 200
const say = (/** @type {string} */ line) => void process.stderr.write(`package: ${line}\n`)

/** @param {{ preset: string, out: string }} options @returns {Promise<string>} the archive */
async function packageServer({ preset, out }) {
  await ensurePage(ROOT, say)
  const natives = await makeNatives(ROOT, say)
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const name = `organ-mosaic-${version}-${process.platform}-${process.arch}`
  mkdirSync(out, { recursive: true })
  const work = mkdtempSync(join(out, '.partial-'))
  try {
    const folder = join(work, name)
    const node = join(work, 'node')
    await stripSymbols(findNode(ROOT).path, node)
    say(`laying out ${name}`)
    stageServer({ root: ROOT, folder, natives, node })
    requireOldMachines(folder)
    say('compressing; this takes minutes')
    await compress(work, name, preset)
    const archive = join(out, `${name}.tar.xz`)
    renameSync(join(work, `${name}.tar.xz`), archive)
    return archive
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Readable for everyone, owned by nobody in particular. @param {string} work @param {string} name @param {string} preset */
async function compress(work, name, preset) {
  const tar = join(work, `${name}.tar`)
  const entries = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=u+w,go-w,a+rX']
  const failure = `The archive could not be made. It needs tar and xz (xz-utils), and room for 2 GB in ${work}.`
  await run('tar', [...entries, '-C', work, '-cf', tar, name], { failure })
  // The filter knows the addresses in machine code, which most of it is.
  const filter = process.arch === 'x64' ? ['--x86'] : ['--arm64']
  await run('xz', ['--threads=0', ...filter, `--lzma2=preset=${preset}`, tar], { failure })
}

process.once('SIGINT', () => process.exit(130))
try {
  const { preset, out } = parseArgs({
    options: {
      preset: { type: 'string', default: '9' },
      out: { type: 'string', default: join(ROOT, 'dist/packages') },
    },
  }).values
  const archive = await packageServer({ preset, out: resolve(out) })
  const sizeMb = statSync(archive).size / 1e6
  say(`${archive}, ${sizeMb.toFixed(0)} MB`)
  if (sizeMb > MOST_MB && Number(preset) > 5)
    throw new SetupError(`It should stay under ${MOST_MB} MB: see what was added.`)
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  say(error.message)
  process.exitCode = 1
}
