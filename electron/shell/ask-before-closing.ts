// Closing while something is under way asks what to do: training goes on without the window, or pauses; work of the
// application itself (registering, predicting, exporting) ends with it. What runs on other machines is left alone.
import type { BrowserWindow, Dialog, MessageBoxOptions } from 'electron'
import type { RunSummary } from '../../contract/commands.ts'
import type { Task } from '../../contract/task.ts'
import type { Services } from '../services/services.ts'

export interface ClosingParts {
  readonly window: Pick<BrowserWindow, 'on' | 'close'>
  /** Shows a question of the window. @returns the index of the button */
  readonly ask: (question: MessageBoxOptions) => Promise<number>
  readonly services: Pick<Services, 'listRuns' | 'controlRun'> & { readonly tasks: Pick<Services['tasks'], 'list'> }
}

type Choice = 'stay' | 'close' | 'pause'

export function askBeforeClosing({ window, ask, services }: ClosingParts): void {
  let agreed = false
  let asking = false

  async function decide(runs: RunSummary[], tasks: Task[]): Promise<void> {
    asking = true
    const { choices, ...question } = closingQuestion(runs, tasks)
    const choice = choices[await ask(question)] ?? 'stay'
    asking = false
    if (choice === 'stay') return
    // What ended in between has nothing to pause.
    if (choice === 'pause') await Promise.allSettled(runs.map(({ name }) => services.controlRun(name, 'pause')))
    agreed = true
    window.close()
  }

  window.on('close', (event) => {
    if (agreed) return
    const runs = services.listRuns().filter(({ state, place }) => state === 'running' && !place)
    const tasks = services.tasks.list().filter(({ state }) => state === 'running')
    if (runs.length === 0 && tasks.length === 0) return
    event.preventDefault()
    if (!asking) void decide(runs, tasks)
  })
}

/** @returns the question, and what each of its buttons means */
export function closingQuestion(
  runs: readonly Pick<RunSummary, 'name'>[],
  tasks: readonly Pick<Task, 'title'>[],
): MessageBoxOptions & { choices: Choice[] } {
  const choices: Choice[] = runs.length > 0 ? ['close', 'pause', 'stay'] : ['close', 'stay']
  const labels: Record<Choice, string> = {
    close: runs.length > 0 ? 'Close, training goes on' : 'Close and give it up',
    pause: 'Pause training and close',
    stay: 'Stay',
  }
  const names = runs.map(({ name }) => name).join(', ')
  const lost = tasks.map(({ title }) => title).join(', ')
  const detail = [
    ...(runs.length > 0 ? ['Training needs no window; OrganMosaic finds it again when it starts.'] : []),
    ...(tasks.length > 0 ? [`Given up when the window closes: ${lost}.`] : []),
  ]
  return {
    type: 'question',
    message: runs.length > 0 ? `${names} ${runs.length === 1 ? 'is' : 'are'} training.` : 'Something is not finished.',
    detail: detail.join('\n'),
    buttons: choices.map((choice) => labels[choice]),
    defaultId: 0,
    cancelId: choices.indexOf('stay'),
    noLink: true,
    choices,
  }
}

/** Asks in a dialog that belongs to the window. */
export const askIn =
  (dialog: Pick<Dialog, 'showMessageBox'>, window: BrowserWindow): ClosingParts['ask'] =>
  async (question) =>
    (await dialog.showMessageBox(window, question)).response
