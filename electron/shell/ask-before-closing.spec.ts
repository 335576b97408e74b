import type { BrowserWindow, MessageBoxOptions } from 'electron'
import { beforeEach, describe, expect, it } from 'vitest'
import type { RunSummary } from '../../contract/commands.ts'
import { createTasks, type Tasks } from '../services/tasks/create-tasks.ts'
import { askBeforeClosing } from './ask-before-closing.ts'
import { emitter, preventable } from './test-electron.ts'

let window: BrowserWindow & ReturnType<typeof emitter>
let runs: Pick<RunSummary, 'name' | 'state'>[]
let tasks: Tasks
let questions: MessageBoxOptions[]
let press: string
let closings: number
let paused: string[]

beforeEach(() => {
  ;[runs, tasks, questions, press, closings, paused] = [[], createTasks(), [], 'Stay', 0, []]
  window = emitter<BrowserWindow>({ close: () => void (closings++, window.emit('close', preventable())) })
  askBeforeClosing({
    window,
    ask: async (question) => (questions.push(question), (question.buttons ?? []).indexOf(press)),
    services: {
      listRuns: () => runs as RunSummary[],
      controlRun: async (name, request) => (paused.push(`${request} ${name}`), runs[0] as RunSummary),
      tasks,
    },
  })
})

/** @returns whether the window was kept open */
async function close(): Promise<boolean> {
  const event = preventable()
  window.emit('close', event)
  await new Promise((resolve) => setImmediate(resolve))
  return event.defaultPrevented
}

const startTask = (): unknown =>
  tasks.start({ kind: 'register', title: 'Registering site-a', subject: 'site-a' }, ({ signal }) => {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)))
  })

describe('closing the window', () => {
  it('asks nothing when nothing is under way', async () => {
    runs = [
      { name: 'a', state: 'finished' },
      { name: 'b', state: 'paused' },
    ]
    expect(await close()).toBe(false)
    expect(questions).toEqual([])
  })

  it('stays when the person says so, and asks again the next time', async () => {
    runs = [{ name: 'liver', state: 'running' }]
    expect(await close()).toBe(true)
    expect(await close()).toBe(true)
    expect(questions).toHaveLength(2)
    expect(questions[0]).toMatchObject({ message: 'liver is training.', cancelId: 2 })
    expect(closings).toBe(0)
  })

  it('lets training go on', async () => {
    runs = [{ name: 'liver', state: 'running' }]
    press = 'Close, training goes on'
    expect(await close()).toBe(true)
    expect([closings, paused]).toEqual([1, []])
  })

  it('pauses every training that runs, and no other', async () => {
    runs = [
      { name: 'liver', state: 'running' },
      { name: 'old', state: 'finished' },
      { name: 'neck', state: 'running' },
    ]
    press = 'Pause training and close'
    await close()
    expect([closings, paused]).toEqual([1, ['pause liver', 'pause neck']])
    expect(questions[0].message).toBe('liver, neck are training.')
  })

  it('tells what would be given up', async () => {
    startTask()
    press = 'Close and give it up'
    await close()
    expect(questions[0].detail).toBe('Given up when the window closes: Registering site-a.')
    expect(questions[0].buttons).toEqual(['Close and give it up', 'Stay'])
    expect(closings).toBe(1)
    await tasks.close()
  })

  it('stays when the dialog is closed without an answer', async () => {
    runs = [{ name: 'liver', state: 'running' }]
    press = 'a button that is not there'
    await close()
    expect(closings).toBe(0)
  })

  it('asks one question at a time', async () => {
    runs = [{ name: 'liver', state: 'running' }]
    window.emit('close', preventable())
    window.emit('close', preventable())
    expect(questions).toHaveLength(1)
  })
})
