// Starts the window.
import '$/lib/language';
import { mount } from 'svelte';
import App from './App.svelte';
import { openBackend } from './backend';
import './style.css';

const target = document.getElementById('app');
if (target) mount(App, { target, props: { backend: openBackend() } });
