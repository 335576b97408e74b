// Starts the page: Vue, its stores, its routes.
import 'element-plus/dist/index.css'
import './design/tokens.css'
import './design/base.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router.ts'

createApp(App).use(createPinia()).use(router).mount('#app')
