// Test support: a package index over HTTP, with wheels small enough to make, that can misbehave as networks do.
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { packZip } from '../archives/craft-archive.ts'

export interface TestIndex {
  readonly url: string
  /** Addresses and ranges that were asked for. */
  readonly asked: { path: string; range: string | undefined; authorization: string | undefined }[]
  /** After so many bytes of a wheel the connection is cut; as often as there are numbers. */
  readonly cuts: number[]
  readonly wheels: ReadonlyMap<string, Buffer>
  readonly close: () => Promise<void>
}

const METADATA = `Name: tensorflow
Requires-Dist: numpy>=1.26.0
Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"
Requires-Dist: nvidia-cuda-nvcc-cu12<13.0,>=12.5.82; extra == "and-cuda"
`

const tensorflow = packZip([
  { name: 'tensorflow/libtensorflow_cc.so.2', content: 'the library' },
  { name: 'tensorflow/libtensorflow_framework.so.2', content: 'its base' },
  { name: 'tensorflow/python/keras.py', content: 'not needed' },
])
const cudnn = packZip([
  { name: 'nvidia/cudnn/lib/libcudnn.so.9', content: 'x'.repeat(50_000) },
  { name: 'nvidia/cudnn/include/cudnn.h', content: 'not needed' },
  { name: 'nvidia_cudnn_cu12-9.8.0.dist-info/License.txt', content: 'terms' },
])
const nvcc = packZip([{ name: 'nvidia/cuda_nvcc/bin/ptxas', content: '#!/bin/sh' }])

const WHEELS: Record<string, Record<string, Buffer>> = {
  tensorflow: {
    'tensorflow-2.20.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl': tensorflow,
    'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_aarch64.whl': tensorflow,
    'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl': tensorflow,
    'tensorflow-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl': tensorflow,
  },
  'nvidia-cudnn-cu12': {
    'nvidia_cudnn_cu12-9.1.0.70-py3-none-manylinux2014_x86_64.whl': cudnn,
    'nvidia_cudnn_cu12-9.10.2.21-py3-none-manylinux_2_27_x86_64.whl': cudnn,
    'nvidia_cudnn_cu12-9.8.0.87-py3-none-manylinux_2_27_x86_64.whl': cudnn,
    'nvidia_cudnn_cu12-10.0.0.1-py3-none-manylinux_2_27_x86_64.whl': cudnn,
    'nvidia_cudnn_cu12-9.99.0.1-py3-none-manylinux_2_39_x86_64.whl': cudnn,
  },
  'nvidia-cuda-nvcc-cu12': {
    'nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl': nvcc,
  },
}

/** @param options.wrongChecksum of which wheel the index tells another checksum */
export async function serveTestIndex({ wrongChecksum = '' } = {}): Promise<TestIndex> {
  const asked: TestIndex['asked'] = []
  const cuts: number[] = []
  const wheels = new Map(Object.values(WHEELS).flatMap((files) => Object.entries(files)))

  const list = (project: string, response: ServerResponse): void => {
    const files = Object.entries(WHEELS[project] ?? {}).map(([filename, content]) => ({
      filename,
      url: `../../files/${filename}`,
      hashes: { sha256: filename === wrongChecksum ? '0'.repeat(64) : sha256(content) },
      size: content.length,
    }))
    response.writeHead(files.length > 0 ? 200 : 404).end(JSON.stringify({ files }))
  }
  const send = (content: Buffer, range: string | undefined, response: ServerResponse): void => {
    const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0)
    const rest = content.subarray(from)
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length })
    const cut = cuts.shift()
    if (cut === undefined) response.end(rest)
    else response.write(rest.subarray(0, cut), () => response.destroy())
  }
  const server = createServer((request: IncomingMessage, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://index')
    const { range, authorization } = request.headers
    asked.push({ path: pathname, range, authorization })
    const [, area, name = ''] = pathname.split('/')
    if (area === 'simple') list(name, response)
    else if (name.endsWith('.metadata')) response.end(METADATA)
    else send(wheels.get(name) ?? Buffer.alloc(0), range, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`,
    asked,
    cuts,
    wheels,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex')
