"""The field's terms, each in both languages with a short meaning."""

from __future__ import annotations

import streamlit as st

from pages.ui.text import look_up, t

TERMS = (
    ("heartbeat", "心搏", "One cycle of the heart; in an ECG, the waves P, QRS and T."),
    (
        "R peak",
        "R 波峰",
        "The upward peak of the QRS complex, tallest in leads such as MLII; it marks when a "
        "beat happens. In V1 the complex mostly points down.",
    ),
    ("P wave", "P 波", "The small wave before the QRS complex: the atria are activated."),
    ("QRS complex", "QRS 波群", "The sharp deflection in the middle of a heartbeat: the ventricles are activated."),
    ("T wave", "T 波", "The round wave behind the QRS complex: the ventricles recover."),
    ("N", "正常", "Normal beat: it begins in the sinus node and takes the usual way."),
    (
        "L",
        "左束支传导阻滞",
        "Left bundle branch block: the left ventricle is reached late, and the QRS complex is broad.",
    ),
    (
        "R",
        "右束支传导阻滞",
        "Right bundle branch block: the right ventricle is reached late, and the QRS complex is broad.",
    ),
    ("A", "房性早搏", "Atrial premature beat: it comes early, from a place in the atria, with another P wave."),
    (
        "V",
        "室性早搏",
        "Ventricular premature beat: it comes early, from the ventricles, broad and without a premature P wave "
        "before it.",
    ),
    ("F", "融合波", "Fusion beat: a normal and a ventricular beat at once, with a shape between the two."),
    (
        "S",
        "室上性早搏",
        "Supraventricular premature beat: it comes early, from above the ventricles; A is one of its kinds.",
    ),
    ("Q", "无法分类", "A beat that the experts could not classify; in AAMI's groups, paced beats too."),
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
    (
        "time step",
        "时间步",
        "One step of the recurrent cell: eight samples of the signal after three poolings, sixteen after four.",
    ),
    ("unit", "隐藏单元", "One number of the hidden state, with weights of its own; a row of the heat maps."),
    ("cell", "循环单元", "The part of a recurrent network that runs at every time step."),
    ("gate", "门", "Numbers from 0 to 1 that say how much of something passes."),
    ("reset gate", "重置门", "How much of the old state enters the new candidate."),
    ("update gate", "更新门", "How much of the old state the candidate replaces."),
    ("candidate state", "候选隐藏状态", "What the cell would remember if the update gate were fully open."),
    ("hidden state", "隐藏状态", "What the cell hands on from step to step."),
    ("forget gate f", "遗忘门", "In an LSTM: how much of the old cell state stays."),
    ("input gate i", "输入门", "In an LSTM: how much of the candidate enters the cell state."),
    ("candidate g", "候选值", "In an LSTM: what would be added to the cell state, from −1 to 1."),
    ("output gate o", "输出门", "In an LSTM: how much of the cell state is handed on as the hidden state."),
    ("cell state c", "单元状态", "In an LSTM: the memory that only sums and products change; it may leave −1 to 1."),
    ("weight", "权重", "A number that training sets."),
    ("bias", "偏置", "A number that is added to a weighted sum; training sets it."),
    ("fully connected layer", "全连接层", "A layer in which each output is a weighted sum of all inputs."),
    ("epoch", "轮", "One pass of the training over all its segments."),
    ("batch", "批", "Segments that are learned from together."),
    ("learning rate", "学习率", "How far one batch may move the weights."),
    ("overfitting", "过拟合", "Knowing the training set by heart and failing on the rest."),
    ("training set", "训练集", "What the weights are learned from."),
    ("test set", "测试集", "What was held out, and judges the model once."),
    ("ten-fold cross-validation", "十折交叉验证", "Ten parts, each held out once while the other nine train."),
    ("inter-patient", "患者间", "Trained and tested on different people."),
    (
        "DS1, DS2",
        "DS1、DS2",
        "Two halves of the database, after de Chazal (2004): one trains, one tests. No person is in both but one, "
        "whose records are 201 and 202.",
    ),
    (
        "AAMI groups",
        "AAMI 分组",
        "N, S, V, F and Q: the five groups in which the standard ANSI/AAMI EC57 has beats counted.",
    ),
    ("confusion matrix", "混淆矩阵", "Counts of truth (rows) against prediction (columns)."),
    ("sensitivity", "灵敏度", "Of the beats that are of a class, the share that the model names so."),
    ("specificity", "特异度", "Of the beats that are not of a class, the share that the model does not name so."),
    ("positive predictivity, +P", "阳性预测值（+P）", "Of the beats that the model names so, the share that are."),
    ("F1", "F1 值", "The harmonic mean of sensitivity and +P: high only where both are."),
    ("kappa", "kappa 系数", "Agreement of two people beyond what chance would give: 1 is all, 0 no more than chance."),
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
