// What TensorFlow computes on in this process: the first card that it may use, else the processor.
import { cpus, totalmem } from 'node:os'
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js'
import type { Device } from '../../contract/device.ts'
import { listGraphicsCards, visibleCards, type GraphicsCard } from '../runtime/graphics-cards.ts'
import { tf } from './tensorflow.ts'

const MB = 2 ** 20

const isOnCard = (): boolean => (tf.backend() as unknown as NodeJSKernelBackend).isUsingGpuDevice

/** null on the processor, and where the driver does not tell. */
function usedCard(): GraphicsCard | null {
  if (!isOnCard()) return null
  return visibleCards(listGraphicsCards(), process.env['CUDA_VISIBLE_DEVICES'])[0] ?? null
}

export function usedDevice(): Device {
  if (!isOnCard()) return processor()
  const card = usedCard()
  return { type: 'GPU', name: card?.name ?? 'Graphics card', memoryMb: card?.memoryMb ?? null }
}

export function processor(): Device {
  return { type: 'CPU', name: cpus()[0]?.model.trim() || 'Processor', memoryMb: limitMb() }
}

/** Of the machine, or less where a container allows less. */
export function limitMb(): number {
  const allowed = process.constrainedMemory()
  return Math.min(totalmem(), allowed > 0 ? allowed : Infinity) / MB
}

/** Where the memory is that a training needs: what is free and what is taken, on the card or of the machine. */
export function deviceMemory(): { freeMb: number; usedMb: number } {
  const card = usedCard()
  if (card) return { freeMb: card.memoryMb - card.usedMb, usedMb: card.usedMb }
  return { freeMb: process.availableMemory() / MB, usedMb: process.resourceUsage().maxRSS / 1024 }
}
