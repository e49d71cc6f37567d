"""The field's terms, each in both languages with a short meaning."""

from __future__ import annotations

import streamlit as st

from pages.ui.text import look_up, t

TERMS = (
    ("heartbeat", "心搏", "One contraction of the heart; in an ECG, the waves P, QRS and T."),
    (
        "R peak",
        "R 波峰",
        "The upward peak of the QRS complex, tallest in leads such as MLII; it marks when a "
        "beat happens. In V1 the complex mostly points down.",
    ),
    ("RR interval", "RR 间期", "Time from one R peak to the next; 60 divided by it is the rate a minute."),
    ("lead", "导联", "A direction from which the heart's voltage is looked at, such as MLII or V1."),
    ("trace", "波形", "The line of voltage over time."),
    ("annotation", "标注", "A label that an expert, or a model, puts at a place in a record."),
    ("rhythm", "节律", "How beats follow each other over several seconds."),
    ("segment", "片段", "The stretch of a lead that the model reads to name a beat."),
    ("run", "连续段", "Neighbouring beats that all carry one label; the segments of the paper."),
    ("sampling rate", "采样率", "How many values a second are recorded, in Hz."),
    ("spatial features", "空间特征", "What is in the shape of the waves."),
    ("temporal features", "时间特征", "What is in their order and distance."),
    ("kernel", "卷积核", "The few weights that a convolution slides along the signal."),
    ("filter", "滤波器", "A kernel and what it has learned to look for."),
    ("feature map", "特征图", "What a filter answers at every place."),
    ("max-pooling", "最大池化", "Keeping only the largest of neighbouring values, here of two."),
    ("padding", "填充", "Zeros behind a short segment, so that all are equally long."),
    ("time step", "时间步", "One step of the recurrent cell; here eight samples of the signal."),
    ("cell", "单元", "The part of a recurrent network that runs at every time step."),
    ("gate", "门", "Numbers from 0 to 1 that say how much of something passes."),
    ("reset gate", "重置门", "How much of the old state enters the new candidate."),
    ("update gate", "更新门", "How much of the old state the candidate replaces."),
    ("candidate state", "候选隐藏状态", "What the cell would remember if the update gate were open."),
    ("hidden state", "隐藏状态", "What the cell hands on from step to step."),
    ("weight", "权重", "A number that training sets."),
    ("bias", "偏置", "A number that training adds to a weighted sum."),
    ("fully connected layer", "全连接层", "A layer in which each output is a weighted sum of all inputs."),
    ("epoch", "轮", "One pass of the training over all its segments."),
    ("batch", "批", "Segments that are learned from together."),
    ("learning rate", "学习率", "How far one batch may move the weights."),
    ("overfitting", "过拟合", "Knowing the training set by heart and failing on the rest."),
    ("training set", "训练集", "What the weights are learned from."),
    ("test set", "测试集", "What was held out, and judges the model once."),
    ("ten-fold cross-validation", "十折交叉验证", "Ten parts, each held out once while the other nine train."),
    ("inter-patient", "患者间", "Trained and tested on different people."),
    ("confusion matrix", "混淆矩阵", "Counts of truth (rows) against prediction (columns)."),
    ("sensitivity", "灵敏度", "Of the beats that are of a class, the share that the model names so."),
    ("specificity", "特异度", "Of the beats that are not of a class, the share that the model does not name so."),
    ("positive predictivity", "阳性预测值", "Of the beats that the model names so, the share that are."),
)
"""English term, Chinese term, meaning in English; the catalogue has the meanings in other languages."""


def show_glossary() -> None:
    """Open the glossary."""
    st.dialog(t("Glossary"), width="medium")(_show_terms)()


def _show_terms() -> None:
    sought = st.text_input(t("Search"), placeholder=t("Search"), label_visibility="collapsed").strip().lower()
    found = [
        (english, chinese, look_up(meaning))
        for english, chinese, meaning in TERMS
        if sought in f"{english} {chinese} {meaning} {look_up(meaning)}".lower()
    ]
    st.markdown("\n\n".join(f"**{english}** · {chinese}  \n{meaning}" for english, chinese, meaning in found))
