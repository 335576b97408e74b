// What a job computes on, as people know it: a graphics card or the processor, with its memory.
import { z } from 'zod'

export const DeviceSchema = z.object({
  type: z.enum(['CPU', 'GPU']),
  name: z.string().describe('As its maker calls it'),
  memoryMb: z.number().nonnegative().nullable().describe('All of its memory; null: not known'),
})
export type Device = z.infer<typeof DeviceSchema>

/** @example 'NVIDIA L4, 22.5 GB' */
export const describeDevice = ({ name, memoryMb }: Device): string =>
  memoryMb === null ? name : `${name}, ${(memoryMb / 1024).toFixed(1)} GB`

/** @example '2 x NVIDIA L4, 22.5 GB each' */
export function describeDevices(devices: readonly Device[]): string {
  const alike = Map.groupBy(devices, describeDevice)
  return [...alike]
    .map(([text, [first, ...more]]) =>
      more.length === 0 ? text : `${more.length + 1} x ${text}${first?.memoryMb === null ? '' : ' each'}`,
    )
    .join('; ')
}
