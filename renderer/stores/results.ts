// Evaluation reports: which there are, which are chosen to stand side by side, and by which metric they are compared.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Organ } from '../../contract/organ.ts'
import type { Comparison, ReportEntry, ReportKey, ResultMetric } from '../../contract/results.ts'
import { call } from '../api/client.ts'

/** As the API allows. */
const MOST_COMPARED = 6

export const useResultsStore = defineStore('results', () => {
  const entries = shallowRef<ReportEntry[]>([])
  const organs = shallowRef<ReadonlyMap<string, Organ>>(new Map())
  const dataset = ref('')
  /** The first is the one that the others are compared with. */
  const chosen = ref<ReportKey[]>([])
  const metric = ref<ResultMetric>('dice')

  const datasets = computed(() => [...new Set(entries.value.map((entry) => entry.dataset))])
  const ofDataset = computed(() => entries.value.filter((entry) => entry.dataset === dataset.value))

  /** @param wanted from the address: a run and a dataset to begin with */
  async function load(wanted: { run?: string; dataset?: string } = {}): Promise<ReportEntry[]> {
    const [reports, vocabulary] = await Promise.all([
      call('listReports'),
      organs.value.size > 0 ? null : call('getVocabulary'),
    ])
    entries.value = reports
    if (vocabulary) organs.value = new Map(vocabulary.map((organ) => [organ.id, organ]))
    const there = ofDataset.value.filter(({ key }) => chosen.value.includes(key)).map(({ key }) => key)
    chosen.value = chosen.value.filter((key) => there.includes(key))
    if (wanted.run !== undefined || wanted.dataset !== undefined || chosen.value.length === 0) begin(wanted)
    return reports
  }

  /** The newest report that fits, with the run's other stage beside it. */
  function begin({ run, dataset: wantedDataset }: { run?: string; dataset?: string }): void {
    const fitting = entries.value.filter(
      (entry) =>
        (run === undefined || entry.run === run) && (wantedDataset === undefined || entry.dataset === wantedDataset),
    )
    const newest = fitting.find(({ model }) => model === 'ensemble') ?? fitting[0] ?? entries.value[0]
    if (newest) choose(newest)
  }

  /** This report, and with an ensemble the same run's ensembles of both stages, stage 1 first. */
  function choose(entry: ReportEntry): void {
    dataset.value = entry.dataset
    const stages = ofDataset.value
      .filter(({ run, model }) => run === entry.run && model === 'ensemble' && entry.model === 'ensemble')
      .sort((a, b) => a.stage - b.stage)
    chosen.value = stages.length > 0 ? stages.map(({ key }) => key) : [entry.key]
  }

  function chooseDataset(name: string): void {
    const first = entries.value.find((entry) => entry.dataset === name && entry.model === 'ensemble')
    const entry = first ?? entries.value.find((each) => each.dataset === name)
    if (entry) choose(entry)
  }

  /** The last one stays: a screen without a report would show nothing. */
  function toggle(key: ReportKey): void {
    if (!chosen.value.includes(key)) chosen.value = [...chosen.value, key].slice(-MOST_COMPARED)
    else if (chosen.value.length > 1) chosen.value = chosen.value.filter((each) => each !== key)
  }

  const makeFirst = (key: ReportKey): void =>
    void (chosen.value = [key, ...chosen.value.filter((each) => each !== key)])

  const query = computed(() => ({ dataset: dataset.value, reports: chosen.value.join(',') }))

  async function compare(signal: AbortSignal): Promise<Comparison | null> {
    if (chosen.value.length === 0) return null
    return call('compareReports', { query: { ...query.value, metric: metric.value } }, { signal })
  }

  const organName = (organ: string): string => organs.value.get(organ)?.name ?? organ

  return {
    entries,
    organs,
    dataset,
    datasets,
    ofDataset,
    chosen,
    metric,
    query,
    load,
    choose,
    chooseDataset,
    toggle,
    makeFirst,
    compare,
    organName,
  }
})
