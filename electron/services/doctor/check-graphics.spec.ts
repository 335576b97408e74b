import { describe, expect, it } from 'vitest'
import type { DriverCard } from '../../../trainer/runtime/driver.ts'
import { judgeGraphics, notesBefore, type GraphicsState } from './check-graphics.ts'

const card: DriverCard = { name: 'NVIDIA L4', driver: '550.90.07', memoryMb: 23034, usedMb: 1, capability: 8.9 }
const runtime = { tensorflow: '2.21.0', files: [], proof: null }

const state = (change: Partial<DriverCard>, more: Partial<GraphicsState> = {}): GraphicsState => ({
  driver: { state: 'works', cards: [{ ...card, ...change }] },
  runtime,
  isBuiltIn: false,
  inWindows: false,
  impossible: '',
  ...more,
})
const found = (given: GraphicsState, name: string) => judgeGraphics(given).find((check) => check.name === name)

describe('what stands between a card and a training', () => {
  it('is nothing', () => {
    const checks = judgeGraphics(state({}))
    expect(checks.map(({ name, status }) => [name, status])).toEqual([
      ['NVIDIA driver', 'ok'],
      ['Graphics card', 'ok'],
      ['GPU runtime', 'ok'],
    ])
    expect(checks.every(({ advice }) => advice === '')).toBe(true)
  })

  it('is that there is no card: no fault of the machine', () => {
    const checks = judgeGraphics(state({}, { driver: { state: 'no-card' }, runtime: null }))
    expect(checks).toHaveLength(1)
    expect(checks[0]).toMatchObject({ status: 'ok', advice: '' })
  })

  it('is that no driver is installed', () => {
    const check = found(state({}, { driver: { state: 'missing' } }), 'NVIDIA driver')
    expect(check).toMatchObject({ status: 'warning' })
    expect(check?.advice).toContain('525.60.13 or newer')
  })

  it('is that the driver does not answer', () => {
    const message = 'Failed to initialize NVML: Driver/library version mismatch'
    const check = found(state({}, { driver: { state: 'fails', message } }), 'NVIDIA driver')
    expect(check?.value).toContain(message)
    expect(check?.advice).toContain('Restart')
  })

  it('is a driver too old for the CUDA version; then nothing is said of installing', () => {
    const checks = judgeGraphics(state({ driver: '470.256.02' }, { runtime: null }))
    expect(checks[0]?.value).toContain('470.256.02 is too old')
    expect(checks.some(({ name }) => name === 'GPU runtime')).toBe(false)
    expect(found(state({ driver: '525.60.13' }), 'NVIDIA driver')?.status).toBe('ok')
  })

  it('is told before the runtime is fetched, and that it is not there is no news', () => {
    expect(notesBefore(state({}, { runtime: null }))).toEqual([])
    expect(notesBefore(state({ driver: '470.256.02' }, { runtime: null }))).toEqual([
      expect.stringMatching(/^NVIDIA driver: 470\.256\.02 is too old: .* Update the driver/),
    ])
    expect(notesBefore(state({}, { driver: { state: 'no-card' }, runtime: null }))).toEqual([
      'No NVIDIA card was seen in this machine: it would not be used.',
    ])
  })

  it('is the driver of Windows where Linux runs inside it', () => {
    const missing = found(state({}, { driver: { state: 'missing' }, inWindows: true }), 'NVIDIA driver')
    expect(missing?.advice).toContain("Install NVIDIA's driver for Windows")
    expect(found(state({ driver: '470.1' }, { inWindows: true }), 'NVIDIA driver')?.advice).toMatch(/driver in Windows/)
    expect(found(state({ driver: '470.1' }), 'NVIDIA driver')?.advice).not.toContain('Windows')
  })

  it('is a card newer than the build: it works, and its first use takes minutes', () => {
    const check = found(state({ name: 'NVIDIA GeForce RTX 5090', capability: 12 }), 'Graphics card')
    expect(check).toMatchObject({ status: 'ok' })
    expect(check?.advice).toContain('compiled when it is first used')
    expect(found(state({ capability: 9 }), 'Graphics card')?.advice).toBe('')
  })

  it('is a card too old for the build', () => {
    expect(found(state({ name: 'Tesla K80', capability: 3.7 }), 'Graphics card')?.value).toContain('too old')
  })

  it('is little memory, or memory that others use', () => {
    expect(found(state({ memoryMb: 2048 }), 'Graphics card')?.value).toContain('little memory')
    expect(found(state({ usedMb: 20_000 }), 'Graphics card')?.value).toContain('other programs use 19.5 GB')
  })

  it('is the GPU runtime: not there, of another version, or wrong', () => {
    expect(found(state({}, { runtime: null }), 'GPU runtime')?.advice).toContain('organ-mosaic gpu install')
    expect(found(state({}, { runtime: { ...runtime, tensorflow: '2.20.0' } }), 'GPU runtime')?.value).toContain(
      'not used',
    )
    const proof = { device: 'GPU', difference: 0.4, works: false, gflops: 1 } as const
    expect(found(state({}, { runtime: { ...runtime, proof } }), 'GPU runtime')?.value).toContain('computes wrongly')
    expect(found(state({}, { runtime: null, isBuiltIn: true }), 'GPU runtime')).toMatchObject({ status: 'ok' })
  })
})
