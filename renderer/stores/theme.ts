// Dark or light, remembered on this machine.
import { defineStore } from 'pinia'
import { ref, watchEffect } from 'vue'

export type Theme = 'dark' | 'light'
const KEY = 'organ-mosaic.theme'

export const useThemeStore = defineStore('theme', () => {
  const theme = ref<Theme>(localStorage.getItem(KEY) === 'light' ? 'light' : 'dark')
  watchEffect(() => {
    document.documentElement.className = theme.value
    localStorage.setItem(KEY, theme.value)
  })
  const toggle = (): void => void (theme.value = theme.value === 'dark' ? 'light' : 'dark')
  return { theme, toggle }
})
