// Where TensorFlow's CUDA build lies once `organ-mosaic gpu install` has fetched it, and whether it may be used. It is laid
// out like the application's own TensorFlow: lib/ with the binding, and tensorflow/ and nvidia/ beside it, where the
// libraries look for each other.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { GpuProofSchema } from '../../contract/gpu.ts'
import { GPU_BUILD } from './gpu-build.ts'
import { listGraphicsCards } from './graphics-cards.ts'
import { isCudaBuild } from './installation.ts'
import { homeFolder } from './home-folder.ts'

/** runtime.json: written last, so that its being there means that everything is. */
export const RuntimeFactsSchema = z.object({
  tensorflow: z.string(),
  files: z.array(z.string()),
  proof: GpuProofSchema.nullable(),
})
export type RuntimeFacts = z.infer<typeof RuntimeFactsSchema>

/**
 * ORGAN_MOSAIC_DATA, else organ-mosaic in XDG_DATA_HOME, else ~/.local/share/organ-mosaic.
 * @returns undefined for a user without a home who chose none
 */
export function dataFolder(environment: NodeJS.ProcessEnv = process.env, home = homeFolder()): string | undefined {
  if (environment['ORGAN_MOSAIC_DATA']) return resolve(environment['ORGAN_MOSAIC_DATA'])
  const base = environment['XDG_DATA_HOME'] || (home && join(home, '.local/share'))
  return base && join(base, 'organ-mosaic')
}

export function gpuRuntimeFolder(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const folder = dataFolder(environment)
  return folder && join(folder, 'gpu-runtime')
}

export const factsFile = (folder: string): string => join(folder, 'runtime.json')
export const bindingFile = (folder: string): string => join(folder, 'lib/napi-v8/tfjs_binding.node')

/** @returns null where nothing is installed, not completely, or what says so is damaged: the processor is used then */
export function readRuntimeFacts(folder: string): RuntimeFacts | null {
  const file = factsFile(folder)
  if (!existsSync(file)) return null
  try {
    return RuntimeFactsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** Of this version of TensorFlow, and not seen to compute something wrong. */
export const isUsable = ({ tensorflow, proof }: RuntimeFacts): boolean =>
  tensorflow === GPU_BUILD.tensorflow && proof?.works !== false

/**
 * The runtime that a trainer loads in place of the application's own: where there is a card that it may use.
 * @returns its folder, or null
 */
export function chooseGpuRuntime(environment: NodeJS.ProcessEnv = process.env): string | null {
  const folder = gpuRuntimeFolder(environment)
  if (folder === undefined || environment['CUDA_VISIBLE_DEVICES'] === '-1') return null
  const facts = readRuntimeFacts(folder)
  if (facts === null || !isUsable(facts)) return null
  return listGraphicsCards().length > 0 ? folder : null
}

/** Whether the TensorFlow that is loaded here can compute on a card: the processor's own build sees none. */
export const computesOnCards = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  isCudaBuild() || chooseGpuRuntime(environment) !== null
