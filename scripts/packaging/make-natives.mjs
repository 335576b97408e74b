// The native parts that are given to others, made once into the cache: TensorFlow's CPU libraries without the symbols that
// nobody needs, its Node binding, and SQLite's, both compiled against an old glibc. What the set-up makes fits the machine
// it was made on, and better-sqlite3's own binary asks for glibc 2.34 (docs/decisions/0016-packages.md).
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, publishFolder, removePartial } from '../setup/cache.mjs'
import { fetchTensorFlow, fetchWheelParts } from '../setup/fetch-tensorflow.mjs'
import { withLock } from '../setup/lock.mjs'
import { planTensorFlow } from '../setup/plan-tensorflow.mjs'
import { run } from '../setup/run.mjs'
import { SetupError } from '../setup/setup-error.mjs'
import { findPython } from '../setup/tools.mjs'
import { OLDEST } from './read-elf.mjs'

/** A C++ compiler that links for any glibc, with its own C++ library; a Python wheel that needs no root. */
const ZIG = 'ziglang==0.15.2'

/**
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {Promise<string>} a folder: lib/ and tensorflow/ as they lie in the package tfjs-node-gpu,
 *   better_sqlite3.node, and notices/ with the licences of what is inside
 * @throws {SetupError} outside Linux, and when a tool is missing or fails
 */
export async function makeNatives(root, say) {
  const glibc = OLDEST.GLIBC
  const plan = planTensorFlow({ platform: process.platform, arch: process.arch, glibc, variant: 'cpu' })
  if (plan.source !== 'wheel') throw new SetupError('These native parts can be made on Linux (x64, arm64) only.')
  const cache = cacheFolder()
  const parts = ['@tensorflow/tfjs-node-gpu', 'better-sqlite3'].map((name) => versionOf(root, name))
  const folder = join(cache, ['natives', plan.key, ...parts, `glibc-${glibc}`].join('-'))
  if (existsSync(folder)) return folder
  const python = findPython().program
  const work = async () => {
    removePartial(cache)
    if (!existsSync(join(cache, plan.key))) await fetchTensorFlow({ cache, plan, python, say })
    const zig = await fetchZig(cache, python, say)
    await publishFolder(folder, async (partial) => {
      await stripTensorFlow(join(cache, plan.key, 'tensorflow'), join(partial, 'tensorflow'))
      say('compiling the binding of TensorFlow and SQLite for older systems; this takes some minutes, once')
      await compileBinding(root, zig, join(cache, plan.key, 'tensorflow'), partial)
      await compileSqlite(root, zig, partial)
      await collectNotices({ cache, plan, python, zig, folder: join(partial, 'notices') })
    })
  }
  await withLock(join(cache, 'lock'), work, (holder) =>
    say(`waiting for the set-up that is running (process ${holder})`),
  )
  return folder
}

/** @param {string} root @param {string} name */
const versionOf = (root, name) =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version

/** @param {string} cache @param {string} python @param {(line: string) => void} say @returns {Promise<string>} */
async function fetchZig(cache, python, say) {
  const folder = join(cache, ZIG.replace('==', '-'))
  if (!existsSync(folder)) say('downloading a C++ compiler for older systems (0.1 GB)')
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  const platformTags = ['manylinux_2_12', 'manylinux2010', 'manylinux_2_17', 'manylinux2014'].map(
    (tag) => `${tag}_${machine}`,
  )
  await publishFolder(folder, (partial) =>
    fetchWheelParts({
      requirement: ZIG,
      platformTags,
      downloads: `${folder}.download`,
      folder: partial,
      prefixes: ['ziglang/'],
      python,
    }),
  )
  rmSync(`${folder}.download`, { recursive: true, force: true })
  return join(folder, 'ziglang')
}

/** 789 MB become 583, most of them names of functions that only a debugger reads. @param {string} from @param {string} to */
async function stripTensorFlow(from, to) {
  mkdirSync(to, { recursive: true })
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2']) {
    await stripSymbols(join(from, name), join(to, name))
  }
}

/** @param {string} from @param {string} to */
export const stripSymbols = (from, to) =>
  run('strip', ['--strip-unneeded', '-o', to, from], {
    failure: 'Symbols could not be stripped. strip is part of the binutils: sudo apt-get install -y binutils',
  })

/** @param {string} root @param {string} zig @param {string} tensorflow @param {string} folder */
async function compileBinding(root, zig, tensorflow, folder) {
  const sources = join(root, 'node_modules/@tensorflow/tfjs-node-gpu/binding')
  mkdirSync(join(folder, 'lib/napi-v8'), { recursive: true })
  await compile(zig, 'c++', [
    ...['-O2', '-std=c++17', '-shared', '-fPIC', '-s', '-DNAPI_VERSION=8'],
    ...['-I', join(root, 'node_modules/node-api-headers/include'), '-I', join(tensorflow, 'include')],
    ...readdirSync(sources)
      .filter((name) => name.endsWith('.cc'))
      .map((name) => join(sources, name)),
    ...[join(tensorflow, 'libtensorflow_cc.so.2'), join(tensorflow, 'libtensorflow_framework.so.2')],
    ...['-Wl,-rpath,$ORIGIN/../../tensorflow', '-o', join(folder, 'lib/napi-v8/tfjs_binding.node')],
  ])
}

/** As binding.gyp of better-sqlite3 says, with the settings of SQLite that it chose. @param {string} root @param {string} zig @param {string} folder */
async function compileSqlite(root, zig, folder) {
  const source = join(root, 'node_modules/better-sqlite3')
  const settings = [...readFileSync(join(source, 'deps/defines.gypi'), 'utf8').matchAll(/'([A-Z][A-Z0-9_]+(?:=.*)?)'/g)]
  const object = join(folder, 'sqlite3.o')
  const common = ['-O3', '-DNDEBUG', '-w', '-fPIC', '-fvisibility=hidden', '-I', join(source, 'deps/sqlite3')]
  const defines = settings.map((match) => `-D${match[1]}`)
  await compile(zig, 'cc', [
    '-std=c99',
    ...common,
    ...defines,
    '-c',
    join(source, 'deps/sqlite3/sqlite3.c'),
    '-o',
    object,
  ])
  await compile(zig, 'c++', [
    ...['-std=c++20', '-shared', '-s', '-fvisibility-inlines-hidden', ...common],
    ...['-DNAPI_VERSION=10', '-DNAPI_DISABLE_CPP_EXCEPTIONS', '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
    ...['node-addon-api', 'node-api-headers/include'].flatMap((name) => ['-I', join(root, 'node_modules', name)]),
    ...[join(source, 'src/better_sqlite3.cpp'), object, '-Wl,-Bsymbolic', '-o', join(folder, 'better_sqlite3.node')],
  ])
  rmSync(object)
}

/** @param {string} zig @param {'cc' | 'c++'} language @param {string[]} args */
async function compile(zig, language, args) {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  const kept = join(zig, 'cache')
  await run(join(zig, 'zig'), [language, '-target', `${machine}-linux-gnu.${OLDEST.GLIBC}`, ...args], {
    env: { ...process.env, ZIG_GLOBAL_CACHE_DIR: kept, ZIG_LOCAL_CACHE_DIR: kept },
    failure: 'A native part could not be compiled.',
  })
}

/**
 * @param {{ cache: string, plan: import('../setup/plan-tensorflow.mjs').TensorFlowPlan, python: string, zig: string,
 *   folder: string }} options
 */
async function collectNotices({ cache, plan, python, zig, folder }) {
  mkdirSync(folder, { recursive: true })
  const { requirement, platformTags } = plan
  const downloads = join(cache, 'downloads', 'notices')
  const prefixes = ['tensorflow/THIRD_PARTY_NOTICES.txt', 'tensorflow/include/LICENSE']
  await fetchWheelParts({ requirement, platformTags, downloads, folder: join(folder, 'wheel'), prefixes, python })
  copyFileSync(join(folder, 'wheel/tensorflow/include/LICENSE'), join(folder, 'TensorFlow.txt'))
  copyFileSync(join(folder, 'wheel', prefixes[0]), join(folder, 'TensorFlow, third parties.txt'))
  copyFileSync(join(zig, 'lib/libcxx/LICENSE.TXT'), join(folder, 'LLVM libc++ (in the two bindings).txt'))
  for (const place of [downloads, join(folder, 'wheel')]) rmSync(place, { recursive: true, force: true })
}
