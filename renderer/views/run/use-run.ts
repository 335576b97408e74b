// Everything of one run, kept up to date: what is new is fetched whenever the run says something.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { LogLine } from '../../../contract/api/runs.ts'
import type { RunDetail } from '../../../contract/commands.ts'
import { addPoint, seriesKey, type Series } from '../../../contract/series.ts'
import { call } from '../../api/client.ts'
import { useAppStore } from '../../stores/app.ts'

/** A training writes more often than a person reads. */
const QUIET_MS = 1000
/** Longer curves are fetched anew, thinned out. */
const MOST_POINTS = 1200

export interface RunData {
  readonly detail: ShallowRef<RunDetail | null>
  readonly series: ShallowRef<readonly Series[]>
  readonly lines: ShallowRef<readonly LogLine[]>
  readonly loading: Ref<boolean>
  readonly error: ShallowRef<unknown>
  readonly refresh: () => Promise<void>
}

export function useRun(name: string): RunData {
  const detail = shallowRef<RunDetail | null>(null)
  const series = shallowRef<readonly Series[]>([])
  const lines = shallowRef<readonly LogLine[]>([])
  const loading = ref(true)
  const error = shallowRef<unknown>(null)
  let since = 0
  let timer: ReturnType<typeof setTimeout> | null = null
  let busy = false
  let again = false

  async function fetchNews(): Promise<void> {
    const params = { run: name }
    if (series.value.some(({ points }) => points.length > MOST_POINTS)) [since, series.value] = [0, []]
    const [run, metrics, log] = await Promise.all([
      call('getRun', { params }),
      call('getMetrics', { params, query: { since } }),
      call('getRunLog', { params, query: { since: lines.value.at(-1)?.seq ?? 0 } }),
    ])
    since = metrics.lastSeq
    detail.value = run
    if (metrics.series.length > 0) series.value = join(series.value, metrics.series)
    if (log.length > 0) lines.value = [...lines.value, ...log]
  }

  /** One at a time: two answers that overlap would add the same points twice. */
  async function refresh(): Promise<void> {
    if (busy) return void (again = true)
    busy = true
    try {
      await fetchNews()
      error.value = null
    } catch (thrown) {
      error.value = thrown
    }
    loading.value = false
    busy = false
    if (again) {
      again = false
      await refresh()
    }
  }

  const end = useAppStore().onEvent((event) => {
    if (event.type !== 'run' || event.run.name !== name || timer) return
    timer = setTimeout(() => {
      timer = null
      void refresh()
    }, QUIET_MS)
  })
  onScopeDispose(() => {
    end()
    if (timer) clearTimeout(timer)
  })
  void refresh()
  return { detail, series, lines, loading, error, refresh }
}

function join(known: readonly Series[], newer: readonly Series[]): Series[] {
  const all = new Map(known.map((each) => [seriesKey(each), each]))
  for (const each of newer) {
    const points = [...(all.get(seriesKey(each))?.points ?? [])]
    for (const point of each.points) addPoint(points, point)
    all.set(seriesKey(each), { ...each, points })
  }
  return [...all.values()]
}
