// An echarts instance in a component: follows the size of its place, the theme and its data, and goes with it.
import { onBeforeUnmount, onMounted, shallowRef, watchEffect, type ShallowRef } from 'vue'
import { useThemeStore } from '../stores/theme.ts'
import { readChartStyle, type ChartStyle } from './chart-style.ts'
import { init, type ECharts, type EChartsCoreOption } from './echarts.ts'

export interface Chart {
  readonly chart: Readonly<ShallowRef<ECharts | null>>
  /** The tokens of the present theme; null before the chart is on the page. */
  readonly style: Readonly<ShallowRef<ChartStyle | null>>
}

/**
 * @param option what to draw; it is asked again whenever something that it read has changed
 * @param onReady called once with the instance, for listeners
 */
export function useChart(
  place: Readonly<ShallowRef<HTMLElement | null>>,
  option: (style: ChartStyle) => EChartsCoreOption,
  onReady: (chart: ECharts) => void = () => {},
): Chart {
  const theme = useThemeStore()
  const chart = shallowRef<ECharts | null>(null)
  const style = shallowRef<ChartStyle | null>(null)
  const observer = new ResizeObserver(() => chart.value?.resize())

  onMounted(() => {
    const element = place.value
    if (!element) return
    const drawn = init(element, null, { renderer: 'canvas' })
    chart.value = drawn
    onReady(drawn)
    observer.observe(element)
    // After the theme's class is on the page (flush post), the tokens have their new values.
    watchEffect(() => void (style.value = theme.theme && readChartStyle(element)), { flush: 'post' })
    watchEffect(() => style.value && drawn.setOption(option(style.value), { replaceMerge: ['series'] }), {
      flush: 'post',
    })
  })
  onBeforeUnmount(() => {
    observer.disconnect()
    chart.value?.dispose()
    chart.value = null
  })
  return { chart, style }
}
