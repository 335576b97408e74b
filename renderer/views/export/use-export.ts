// One export: what it would write, followed by its task while it writes, and what it has written.
import { computed, ref, shallowRef, watch } from 'vue'
import { PredictionResultSchema, type PredictionResult } from '../../../contract/commands.ts'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import type { ModelChoice } from '../../../contract/job.ts'
import type { OutputFormat, OutputPlan } from '../../../contract/output.ts'
import type { StageNumber } from '../../../contract/run-config.ts'
import type { Task } from '../../../contract/task.ts'
import { call } from '../../api/client.ts'
import { useAppStore } from '../../stores/app.ts'

export interface ExportRequest {
  readonly run: string
  readonly use: {
    readonly stage: StageNumber
    readonly model: ModelChoice
    readonly output: string
    /** Absent: what fits each image */
    readonly formats?: OutputFormat[]
  }
  /** New images by their path, or registered cases. */
  readonly what: { readonly inputs: string[] } | { readonly cases: { dataset: string; caseId: string }[] }
}

function planOf({ run, use, what }: ExportRequest): Promise<OutputPlan> {
  const params = { run }
  return 'inputs' in what
    ? call('planPrediction', { params, body: { ...use, ...what } })
    : call('planExport', { params, body: { ...use, ...what } })
}

function startOf({ run, use, what }: ExportRequest): Promise<Task> {
  const params = { run }
  return 'inputs' in what
    ? call('startPrediction', { params, body: { ...use, ...what } })
    : call('startExport', { params, body: { ...use, ...what } })
}

/** @param request null as long as something is missing */
export function useExport(request: () => ExportRequest | null) {
  const app = useAppStore()
  const plan = shallowRef<OutputPlan | null>(null)
  const result = shallowRef<PredictionResult | null>(null)
  const problem = ref('')
  const taskId = ref<string | null>(null)
  const task = computed(() => app.runningTasks.find(({ id }) => id === taskId.value) ?? null)
  const running = computed(() => taskId.value !== null)
  let newest = 0

  /** What would be written now; an answer that came too late is dropped. */
  async function look(): Promise<void> {
    const own = ++newest
    plan.value = null
    const wanted = request()
    if (!wanted) return
    const answer = await planOf(wanted).catch((thrown: unknown) => {
      if (own === newest) problem.value = toOrganMosaicError(thrown).message
      return null
    })
    if (own === newest) plan.value = answer
  }

  /** Another choice is another export: what was written is said no longer, and what would be replaced is. */
  function planAnew(): void {
    problem.value = ''
    result.value = null
    void look()
  }
  watch(request, planAnew)

  async function start(): Promise<void> {
    const wanted = request()
    if (!wanted) return
    problem.value = ''
    try {
      const { id } = await startOf(wanted)
      taskId.value = id
      const ended = await app.taskEnd(id)
      const written = PredictionResultSchema.safeParse(ended.result)
      if (ended.state === 'done' && written.success) {
        result.value = written.data
        plan.value = null
      } else problem.value = ended.error?.message ?? 'It was cancelled; files that were complete by then stay.'
    } catch (thrown) {
      problem.value = toOrganMosaicError(thrown).message
    }
    taskId.value = null
    if (result.value === null) void look()
  }

  const cancel = (): void => void (taskId.value && call('cancelTask', { params: { task: taskId.value } }))
  return { plan, result, problem, task, running, planAnew, start, cancel }
}
