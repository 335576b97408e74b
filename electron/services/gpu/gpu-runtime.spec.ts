// The GPU runtime from a package index on this machine: chosen, downloaded over a bad line, checked, laid out, removed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GPU_BUILD } from '../../../trainer/runtime/gpu-build.ts'
import { thisProcess } from '../../../trainer/job-folder/process-liveness.ts'
import { bindingFile, isUsable, readRuntimeFacts } from '../../../trainer/runtime/gpu-runtime.ts'
import { TENSORFLOW_VERSION } from '../../../scripts/setup/plan-tensorflow.mjs'
import { createTasks } from '../tasks/create-tasks.ts'
import { openWorkspace } from '../workspace/open-workspace.ts'
import { downloadFile } from './download-file.ts'
import { createGpuDesk } from './gpu-desk.ts'
import { installGpuRuntime, partialFolder } from './install-gpu-runtime.ts'
import { cudaRequirements, describePlan, resolveWheels } from './plan-gpu-runtime.ts'
import { serveTestIndex, type TestIndex } from './test-index.ts'
import { openWheelIndex } from './wheel-index.ts'
import { whyNot } from './why-not.ts'

const CUDNN = 'nvidia_cudnn_cu12-9.10.2.21-py3-none-manylinux_2_27_x86_64.whl'
let home: string
let folder: string
let server: TestIndex

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'organ-mosaic-gpu-'))
  folder = join(home, 'gpu-runtime')
  server = await serveTestIndex()
})
afterEach(async () => {
  await server.close()
  rmSync(home, { recursive: true, force: true })
})

/** Stands for TensorFlow's binding. */
function binding(): string {
  const file = join(home, 'tfjs_binding.node')
  writeFileSync(file, 'the binding')
  return file
}

async function install(from = server, signal?: AbortSignal): Promise<{ done: number; total: number }[]> {
  const index = openWheelIndex(from.url)
  const wheels = await resolveWheels(index)
  const progress: { done: number; total: number }[] = []
  const report = (step: { done: number; total: number }): void => void progress.push(step)
  await installGpuRuntime({ wheels, folder, index }, { report, waitMs: 1, ...(signal ? { signal } : {}) }, binding)
  return progress
}

const countOf = (path: string): number => server.asked.filter((request) => request.path.endsWith(path)).length

describe('what is fetched', () => {
  it('is TensorFlow of this version and the newest of each library that it allows, for this processor', async () => {
    const wheels = await resolveWheels(openWheelIndex(server.url))
    expect(wheels.map(({ project, version }) => `${project} ${version}`)).toEqual([
      'tensorflow 2.21.0',
      'nvidia-cudnn-cu12 9.10.2.21',
      'nvidia-cuda-nvcc-cu12 12.9.86',
    ])
    const plan = describePlan(wheels, folder)
    expect(plan.downloadBytes).toBe(wheels.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(plan.diskBytes).toBeGreaterThan(1.5 * plan.downloadBytes)
    expect(countOf('.whl')).toBe(0)
  })

  it('is the TensorFlow that the set-up builds the binding for', () => {
    expect(GPU_BUILD.tensorflow).toBe(TENSORFLOW_VERSION)
  })

  it('reads what the extra and-cuda asks for, and nothing else', () => {
    const metadata = 'Requires-Dist: numpy>=1\nRequires-Dist: nvidia-nccl-cu12<3.0,>=2.27.7 ; extra == "and-cuda"\n'
    expect(cudaRequirements(metadata)).toEqual([
      {
        project: 'nvidia-nccl-cu12',
        bounds: [
          ['<', '3.0'],
          ['>=', '2.27.7'],
        ],
      },
    ])
  })

  it('says which library a mirror lacks, and that an index is not there', async () => {
    await expect(resolveWheels(openWheelIndex(server.url), '2.99.0')).rejects.toThrow(/no tensorflow \(==2\.99\.0\)/)
    await expect(openWheelIndex('http://127.0.0.1:9/simple').list('tensorflow')).rejects.toThrow(
      /http:\/\/127\.0\.0\.1:9 cannot be used .*PIP_INDEX_URL/,
    )
  })

  it('says that an index is no address, and not what it was: it may hold a password', () => {
    for (const base of ['lab:secret@mirror', 'mirror/simple'])
      expect(() => openWheelIndex(base)).toThrow(/^PIP_INDEX_URL is no address [^@]*$/)
  })

  it('gives the password of a mirror to the mirror alone', async () => {
    const index = openWheelIndex(server.url.replace('//', '//lab:pass%20word@'))
    await index.list('tensorflow')
    const word = `Basic ${Buffer.from('lab:pass word').toString('base64')}`
    expect(server.asked[0]).toMatchObject({ path: '/simple/tensorflow/', authorization: word })
    expect(index.headers('http://elsewhere.invalid/file')).toEqual({})
  })
})

describe('installing', () => {
  it('lays out libraries, tools that may be started, licences and the binding, and tells the progress', async () => {
    const progress = await install()
    expect(readFileSync(join(folder, 'tensorflow/libtensorflow_cc.so.2'), 'utf8')).toBe('the library')
    expect(statSync(join(folder, 'nvidia/cudnn/lib/libcudnn.so.9')).size).toBe(50_000)
    expect(statSync(join(folder, 'nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111).toBe(0o111)
    expect(readFileSync(bindingFile(folder), 'utf8')).toBe('the binding')
    expect(existsSync(join(folder, 'nvidia_cudnn_cu12-9.8.0.dist-info/License.txt'))).toBe(true)
    for (const path of ['tensorflow/python', 'nvidia/cudnn/include']) expect(existsSync(join(folder, path))).toBe(false)
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.whl'))).toEqual([])
    expect(readRuntimeFacts(folder)).toMatchObject({ tensorflow: '2.21.0', proof: null })
    expect(progress.at(-1)?.done).toBe(progress.at(-1)?.total)
  })

  it('goes on after a connection was cut, and another', async () => {
    server.cuts.push(20, 20)
    await install()
    expect(countOf('.whl')).toBe(3 + 2)
    expect(readRuntimeFacts(folder)).not.toBeNull()
  })

  it('is refused while another process does it, and not after that was killed', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    mkdirSync(`${folder}.partial`)
    writeFileSync(join(`${folder}.partial`, 'process.json'), JSON.stringify(thisProcess(other.pid)))
    await expect(install()).rejects.toThrow(`being installed by another organ-mosaic (process ${other.pid}`)
    other.kill('SIGKILL')
    await once(other, 'exit')
    await install()
    expect(readdirSync(folder)).not.toContain('process.json')
  })

  it('asks only for what an earlier try lacks', async () => {
    const content = server.wheels.get(CUDNN) ?? Buffer.alloc(0)
    const [, wheel] = await resolveWheels(openWheelIndex(server.url))
    const target = join(home, CUDNN)
    writeFileSync(`${target}.part`, content.subarray(0, 30))
    if (wheel) await downloadFile({ ...wheel, headers: {} }, target)
    expect(server.asked.at(-1)?.range).toBe('bytes=30-')
    expect(readFileSync(target).equals(content)).toBe(true)
    expect(existsSync(`${target}.part`)).toBe(false)
  })

  it('gives up when the network stays away, and the next installation goes on', async () => {
    server.cuts.push(0, 0, 0, 0, 0)
    await expect(install()).rejects.toThrow(/could not be downloaded .* are kept/)
    expect(existsSync(folder)).toBe(false)
    await install()
    expect(readRuntimeFacts(folder)).not.toBeNull()
  })

  it('does not fetch again what was unpacked before it was stopped', async () => {
    const controller = new AbortController()
    const index = openWheelIndex(server.url)
    const wheels = await resolveWheels(index)
    const report = ({ message }: { message: string }): void => {
      if (message.startsWith('downloading nvidia-cudnn')) controller.abort(new Error('stopped'))
    }
    const work = installGpuRuntime({ wheels, folder, index }, { report, signal: controller.signal }, binding)
    await expect(work).rejects.toThrow('stopped')
    server.asked.length = 0
    await install()
    expect(countOf(wheels[0]?.filename ?? '')).toBe(0)
    expect(readRuntimeFacts(folder)).not.toBeNull()
  })

  it('refuses a file with another checksum, and removes it', async () => {
    const wrong = await serveTestIndex({ wrongChecksum: CUDNN })
    try {
      await expect(install(wrong)).rejects.toThrow(/another checksum .* removed/)
    } finally {
      await wrong.close()
    }
    expect(existsSync(folder)).toBe(false)
    expect(readdirSync(partialFolder(folder)).filter((name) => name.startsWith('nvidia_cudnn'))).toEqual([])
  })

  it('says how much room is missing before it fetches anything', async () => {
    const index = openWheelIndex(server.url)
    const wheels = (await resolveWheels(index)).map((wheel) => ({ ...wheel, bytes: 2 ** 50 }))
    await expect(installGpuRuntime({ wheels, folder, index }, {}, binding)).rejects.toThrow(/GB are free there/)
    expect(countOf('.whl')).toBe(0)
  })
})

describe('the desk', () => {
  it('tells what is there, and removes it with what an interruption left', async () => {
    const before = process.env['ORGAN_MOSAIC_DATA']
    process.env['ORGAN_MOSAIC_DATA'] = home
    try {
      const desk = createGpuDesk({ workspace: openWorkspace(join(home, 'lab')), tasks: createTasks() })
      expect(await desk.status()).toMatchObject({ installed: false, bytes: 0, folder })
      await install()
      mkdirSync(partialFolder(folder))
      writeFileSync(join(partialFolder(folder), 'rest.part'), 'left')
      const status = await desk.status()
      expect(status).toMatchObject({ installed: true, outdated: false })
      expect(status.bytes).toBeGreaterThan(50_000)
      expect(await desk.remove()).toMatchObject({ installed: false, bytes: 0 })
      expect(existsSync(dirname(bindingFile(folder)))).toBe(false)
    } finally {
      if (before === undefined) delete process.env['ORGAN_MOSAIC_DATA']
      else process.env['ORGAN_MOSAIC_DATA'] = before
    }
  })

  it('says why a system cannot have it', () => {
    expect(whyNot('linux', 'x64')).toBe('')
    expect(whyNot('win32', 'x64')).toContain('WSL2')
    expect(whyNot('darwin', 'arm64')).toContain('processor')
  })

  it('does not use one of another version, nor one that computes wrongly', () => {
    const proof = { device: 'GPU', difference: 0.001, works: true, gflops: 900 } as const
    const facts = { tensorflow: GPU_BUILD.tensorflow, files: [], proof }
    expect(isUsable({ ...facts, proof: null })).toBe(true)
    expect(isUsable(facts)).toBe(true)
    expect(isUsable({ ...facts, tensorflow: '2.20.0' })).toBe(false)
    expect(isUsable({ ...facts, proof: { ...proof, works: false } })).toBe(false)
  })
})
