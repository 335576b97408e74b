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

/** @example '2 x NVIDIA L4, 22.5 GB' */
export function describeDevices(devices: readonly Device[]): string {
  const counts = new Map<string, number>()
  for (const device of devices) counts.set(describeDevice(device), (counts.get(describeDevice(device)) ?? 0) + 1)
  return [...counts].map(([text, count]) => (count === 1 ? text : `${count} x ${text}`)).join('; ')
}
