// Methods are compared at equal cost: every one learns from as many patches as the others of the same preset.
import { expect, it } from 'vitest'
import { BUDGETS, METHODS, MethodSchema } from '../../contract/methods.ts'
import { plannedStages, stageSettings } from '../../contract/planned-stages.ts'
import { PRESETS } from '../../contract/presets.ts'
import { PresetSchema, RunConfigSchema, type RunConfig } from '../../contract/run-config.ts'
import { stageSchedule } from './schedule.ts'
import { foreignShare } from './train-stage.ts'

type Settings = Record<string, object | undefined>

const configOf = (method: keyof typeof METHODS, preset: keyof typeof BUDGETS): RunConfig => {
  const [base, top] = [PRESETS[preset] as Settings, METHODS[method].config(BUDGETS[preset]) as Settings]
  const merged = Object.keys({ ...base, ...top }).map((key) => [key, { ...base[key], ...top[key] }] as const)
  return RunConfigSchema.parse(Object.fromEntries(merged))
}

it.each(PresetSchema.options.flatMap((preset) => MethodSchema.options.map((method) => [preset, method] as const)))(
  'the budget of %s is kept by %s, whatever the number of datasets',
  (preset, method) => {
    const config = configOf(method, preset)
    for (const datasets of [2, 3, 9]) {
      const patches = plannedStages(METHODS[method].stages).reduce<number>((sum, stage) => {
        const { steps } = stageSettings(config, stage)
        const { batch } = config.optimiser
        const schedule = { seed: 1, stage, datasets, steps: 1, batch, foreignShare: foreignShare(config, stage) }
        return sum + steps * [...stageSchedule(schedule, 0)].length
      }, 0)
      const budget = BUDGETS[preset] * datasets
      expect(Math.abs(patches - budget) / budget).toBeLessThan(0.005)
    }
  },
)

it('every stage of a method is validated, at its end too', () => {
  for (const method of MethodSchema.options) {
    const config = configOf(method, 'quick')
    for (const stage of plannedStages(METHODS[method].stages)) {
      const { steps, validateEvery } = stageSettings(config, stage)
      expect(Math.ceil(steps / validateEvery)).toBeGreaterThanOrEqual(4)
    }
  }
})
