// Whether this system can have the GPU runtime at all.
import { isCudaBuild } from '../../../trainer/runtime/installation.ts'

/** Why this system cannot have it, in a sentence; empty where it can. */
export function whyNot(platform = process.platform, arch = process.arch, isBuiltIn = isCudaBuild()): string {
  if (isBuiltIn) return 'Nothing is to be installed: the set-up of this clone brought TensorFlow with CUDA.'
  if (platform === 'win32') {
    return 'Windows itself trains on the processor. With an NVIDIA card, use WSL2: docs/how-to/graphics-cards.md says how.'
  }
  if (platform !== 'linux') return 'TensorFlow has no GPU build for this system: it trains on the processor.'
  return arch === 'x64' ? '' : 'TensorFlow has no CUDA build for this processor: it trains without a graphics card.'
}
