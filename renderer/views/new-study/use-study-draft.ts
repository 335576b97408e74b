// A study that does not exist yet: what was chosen, and what the services say about it a moment after every change.
import { computed, onScopeDispose, reactive, ref, shallowRef, watch } from 'vue'
import type { StudyPlan } from '../../../contract/api/studies.ts'
import { toOrganMosaicError } from '../../../contract/errors.ts'
import type { Method } from '../../../contract/methods.ts'
import { THIS_MACHINE } from '../../../contract/place.ts'
import type { Preset } from '../../../contract/run-config.ts'
import { StudyConfigSchema, type StudyConfig } from '../../../contract/study.ts'
import { call } from '../../api/client.ts'
import { parseSeeds, rowsOf, type DraftRow } from './draft-rows.ts'

const QUIET_MS = 250

export interface StudyDraft {
  name: string
  datasets: string[]
  test: string
  preset: Preset
  seeds: string
  place: string
  rows: DraftRow[]
}

export function useStudyDraft() {
  const draft = reactive<StudyDraft>({
    name: '',
    datasets: [],
    test: '',
    // Its jobs take minutes; a standard one can take longer than the hour that a job should stay under.
    preset: 'quick',
    seeds: '1, 2, 3',
    place: THIS_MACHINE,
    rows: rowsOf(['separate', 'marginal', 'mutual', 'mutual+'] satisfies Method[]),
  })
  /** What no field of the form shows, such as settings of all rows in a study that was taken over. */
  const kept = shallowRef<Pick<StudyConfig, 'set'>>({ set: [] })
  const plan = shallowRef<StudyPlan | null>(null)
  const problem = ref('')
  const checking = ref(false)
  let controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | null = null

  /** null with what is wrong, in words of the form. */
  const checked = computed((): { config: StudyConfig | null; problems: string[] } => {
    const { name, datasets, test, preset, rows, place } = draft
    const seeds = parseSeeds(draft.seeds)
    const problems = [
      ...(name === '' ? ['Give it a name.'] : []),
      ...(datasets.length < 2 ? ['Choose two or more training datasets.'] : []),
      ...(test === '' ? ['Choose a test dataset.'] : []),
      ...(seeds === null ? ['Seeds are whole numbers with commas between them.'] : []),
      ...(rows.length === 0 ? ['Choose at least one method.'] : []),
      ...rows
        .filter((row) => row.seeds !== '' && parseSeeds(row.seeds) === null)
        .map((row) => `The seeds of ${row.name} are no whole numbers.`),
    ]
    if (problems.length > 0 || seeds === null) return { config: null, problems }
    const parsed = StudyConfigSchema.safeParse({
      ...kept.value,
      name,
      datasets,
      test,
      preset,
      seeds,
      ...(place === THIS_MACHINE ? {} : { place }),
      rows: rows.map((row) => {
        const own = parseSeeds(row.seeds)
        const set = row.set.split(/\s+/).filter((part) => part !== '')
        return { name: row.name, method: row.method, set, ...(own === null ? {} : { seeds: own }) }
      }),
    })
    if (parsed.success) return { config: parsed.data, problems: [] }
    return { config: null, problems: parsed.error.issues.map(({ path, message }) => `${path.join(' ')}: ${message}`) }
  })

  async function check(): Promise<void> {
    controller.abort()
    const { signal } = (controller = new AbortController())
    const { config } = checked.value
    checking.value = true
    try {
      plan.value = config ? await call('planStudy', { body: config }, { signal }) : null
      problem.value = ''
    } catch (thrown) {
      if (signal.aborted) return
      plan.value = null
      problem.value = toOrganMosaicError(thrown).message
    }
    if (!signal.aborted) checking.value = false
  }

  /** Everything of an earlier study but its name. */
  function takeOver({ datasets, test, preset, seeds, place, set, rows }: StudyConfig): void {
    kept.value = { set }
    Object.assign(draft, {
      datasets: [...datasets],
      test,
      preset,
      seeds: seeds.join(', '),
      place: place ?? THIS_MACHINE,
      rows: rows.map((row) => ({
        name: row.name,
        method: row.method,
        set: row.set.join(' '),
        seeds: row.seeds?.join(', ') ?? '',
      })),
    } satisfies Partial<StudyDraft>)
  }

  watch(checked, () => {
    checking.value = true
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => void check(), QUIET_MS)
  })
  onScopeDispose(() => {
    controller.abort()
    if (timer) clearTimeout(timer)
  })
  return { draft, checked, plan, problem, checking, takeOver, kept }
}
