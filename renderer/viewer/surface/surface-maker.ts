// Asks the worker for surfaces, one organ at a time, so that the page stays free and the first organs appear early.
import type { VolumeContent } from '../../../contract/api/volumes.ts'
import { shapeOf, type Volume } from '../volume.ts'
import { cutOrgan } from './organ-block.ts'
import type { Surface, SurfaceAnswer, SurfaceRequest } from './surface-worker.ts'

export interface SurfaceMaker {
  /** @returns null when the volume is not there yet or the segment has no voxel */
  readonly make: (volume: Volume, value: number) => Promise<Surface | null>
  readonly close: () => void
}

type Segment = VolumeContent['segments'][number]

export function createSurfaceMaker(): SurfaceMaker {
  const worker = new Worker(new URL('./surface-worker.ts', import.meta.url), { type: 'module' })
  const waiting = new Map<number, PromiseWithResolvers<Surface>>()
  let lastId = 0
  worker.addEventListener('message', ({ data }: MessageEvent<SurfaceAnswer>) => {
    waiting.get(data.id)?.resolve(data.surface)
    waiting.delete(data.id)
  })
  worker.addEventListener('error', (event) => {
    for (const { reject } of waiting.values()) reject(new Error(event.message))
    waiting.clear()
  })

  function ask(volume: Volume, { value, first, last }: Segment): Promise<Surface> {
    const data = volume.data ?? new Uint8Array(0)
    const block = cutOrgan(data, shapeOf(volume), value, first, last)
    const id = (lastId += 1)
    const answer = Promise.withResolvers<Surface>()
    waiting.set(id, answer)
    const request: SurfaceRequest = { id, block, spacingMm: volume.header.geometry.spacingMm }
    worker.postMessage(request, [block.mask.buffer])
    return answer.promise
  }

  return {
    async make(volume, value) {
      const segment = volume.content.segments.find((each) => each.value === value)
      return segment && volume.data ? ask(volume, segment) : null
    },
    close: () => worker.terminate(),
  }
}
