// The proof that the set-up worked: the Node of this project loads TensorFlow and convolves. Its result is kept beside
// the binding, so that the next set-up need not load TensorFlow again.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run.mjs'
import { SetupError } from './setup-error.mjs'

const PROBE = fileURLToPath(new URL('probe-tensorflow.mjs', import.meta.url))

/**
 * @typedef {{ node: string, host: string, tensorflow: string, device: 'CPU' | 'GPU' }} Proof
 * @param {string} lib the package's lib folder
 * @param {string} nodeVersion
 * @returns {Proof | undefined} undefined unless this Node on this machine was seen to work with this binding
 */
export function readProof(lib, nodeVersion) {
  try {
    const proof = JSON.parse(readFileSync(join(lib, 'proof.json'), 'utf8'))
    return proof.node === nodeVersion && proof.host === hostname() ? proof : undefined
  } catch {
    return undefined
  }
}

/**
 * @param {{ root: string, lib: string, node: { path: string, version: string } }} options
 * @returns {Promise<Proof>}
 * @throws {SetupError} when TensorFlow does not load or computes something else
 */
export async function prove({ root, lib, node }) {
  const output = await run(node.path, [PROBE, root], {
    failure:
      'TensorFlow was installed but does not run. With an NVIDIA driver, ORGAN_MOSAIC_TENSORFLOW=cpu avoids the GPU; ' +
      `otherwise remove ${lib} and run the command again.`,
  })
  const { tensorflow, device, sum } = JSON.parse(output.trim().split('\n').at(-1) ?? '')
  if (sum !== 27)
    throw new SetupError(`TensorFlow runs but computes wrongly: a 3x3x3 convolution of ones gave ${sum}, not 27.`)
  const proof = { node: node.version, host: hostname(), tensorflow, device }
  const file = join(lib, 'proof.json')
  writeFileSync(`${file}.${process.pid}`, JSON.stringify(proof))
  renameSync(`${file}.${process.pid}`, file)
  return proof
}
