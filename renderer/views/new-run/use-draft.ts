// A run that does not exist yet: what was chosen, and what the services say about it a moment after every change.
import { computed, onScopeDispose, reactive, ref, shallowRef, watch } from 'vue'
import type { ConfigPreview, RunDraft, RunPreview } from '../../../contract/api/runs.ts'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import { defaultMethod, METHODS } from '../../../contract/methods.ts'
import type { Matrix } from '../../../contract/matrix.ts'
import { call } from '../../api/client.ts'
import { withoutValue, withValue } from './change-tree.ts'

const QUIET_MS = 250

export interface DraftStart {
  readonly from: string | null
  readonly stage1From: string | null
  readonly datasets: readonly string[]
}

export type Draft = ReturnType<typeof useDraft>

export function useDraft() {
  const draft = reactive<RunDraft>({
    preset: 'standard',
    method: defaultMethod(),
    changes: {},
    stage1From: null,
    datasets: [],
    stages: null,
  })
  const config = shallowRef<ConfigPreview | null>(null)
  const plan = shallowRef<RunPreview | null>(null)
  const matrix = shallowRef<Matrix | null>(null)
  const problem = ref('')
  const checking = ref(false)
  let controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | null = null

  const valid = computed(() => config.value?.problems.length === 0 && draft.datasets.length >= 2)

  /** @throws OrganMosaicError `not-found` when the run to start from does not exist */
  async function begin({ from, stage1From, datasets }: DraftStart): Promise<void> {
    const source = from ?? stage1From
    if (source !== null) {
      const { summary, method, config: old } = await call('getRun', { params: { run: source } })
      draft.preset = summary.preset
      draft.method = method
      draft.datasets = [...summary.datasets]
      if (from !== null) draft.changes = await changesOf(draft, old)
      if (from !== null && summary.stages !== METHODS[method].stages) draft.stages = summary.stages
    }
    if (stage1From !== null) [draft.stage1From, draft.stages] = [stage1From, '2']
    if (datasets.length > 0 && stage1From === null) draft.datasets = [...datasets]
    await check()
  }

  const set = (key: string, value: unknown): void => void (draft.changes = withValue(draft.changes, key, value))
  const reset = (key: string): void => void (draft.changes = withoutValue(draft.changes, key))

  async function check(): Promise<void> {
    controller.abort()
    const { signal } = (controller = new AbortController())
    checking.value = true
    const body = { ...draft, datasets: [...draft.datasets] }
    try {
      const names = body.datasets.join(',')
      const [checked, rows] = await Promise.all([
        call('previewConfig', { body }, { signal }),
        names === '' ? null : call('getMatrix', { query: { names } }, { signal }),
      ])
      const ready = checked.problems.length === 0 && body.datasets.length >= 2
      ;[config.value, matrix.value] = [checked, rows]
      plan.value = ready ? await call('previewRun', { body }, { signal }) : null
      problem.value = ''
    } catch (thrown) {
      if (signal.aborted) return
      plan.value = null
      problem.value = toOrganMosaicError(thrown).message
    }
    if (!signal.aborted) checking.value = false
  }

  watch(draft, () => {
    checking.value = true
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => void check(), QUIET_MS)
  })
  onScopeDispose(() => {
    controller.abort()
    if (timer) clearTimeout(timer)
  })
  return { draft, config, plan, matrix, problem, checking, valid, begin, set, reset }
}

/** What the configuration of an earlier run has that its preset has not. */
async function changesOf({ preset, method }: RunDraft, old: object): Promise<RunDraft['changes']> {
  const { values } = await call('previewConfig', { body: { preset, method, changes: { ...old } } })
  return values
    .filter(({ source }) => source === 'changed')
    .reduce<RunDraft['changes']>((changes, { key, value }) => withValue(changes, key, value), {})
}
